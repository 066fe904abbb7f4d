"""How an index grows, as one SVG: both axes logarithmic, one panel a figure."""
import math

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 250, 200, 58, 34, 40, 26
COLOURS = ("#1f6f8b", "#c8553d", "#5b8c5a", "#7a5195")


def panel(index, title, lines, counts):
    """`lines` is a list of (name, values); a value that is missing is None."""
    left = LEFT + index * (WIDTH + LEFT + GAP)
    values = [value for _, line in lines for value in line if value]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    first, last = math.log10(counts[0]), math.log10(counts[-1])

    def x(count):
        return left + (math.log10(count) - first) / max(last - first, 1e-9) * WIDTH

    def y(value):
        return TOP + HEIGHT - (math.log10(value) - low) / (high - low) * HEIGHT

    parts = [f'<text x="{left}" y="{TOP - 14}" class="title">{title}</text>']
    for power in range(low, high + 1):
        place = y(10.0**power)
        label = f"{10.0**power:,.0f}" if power >= 0 else f"{10.0**power:g}"
        parts.append(f'<path d="M{left} {place:.1f}h{WIDTH}" class="grid"/><text x="{left - 6}" y="{place + 4:.1f}" text-anchor="end">{label}</text>')
    for count in counts:
        parts.append(f'<path d="M{x(count):.1f} {TOP}v{HEIGHT}" class="grid"/>')
        if math.log10(count) % 1 == 0:
            label = f"{count // 1_000_000} M" if count >= 1_000_000 else f"{count // 1000} k"
            parts.append(f'<text x="{x(count):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{label}</text>')
    for place, (name, line) in enumerate(lines):
        points = [(x(count), y(value)) for count, value in zip(counts, line) if value]
        colour = COLOURS[place % len(COLOURS)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        if name:
            parts.append(f'<text x="{left + 8}" y="{TOP + 16 + 15 * place}" fill="{colour}">{name}</text>')
    return parts


def growth_plot(rows):
    """Rows of the growth table, smallest count first."""
    counts = [row["vectors"] for row in rows]

    def time(key):
        return [row["rates"][key] and 1e6 / row["rates"][key]["qps"] for row in rows]

    panels = [
        ("a query, µs, recall@1", [(name.replace("@", ", "), time(name)) for name in rows[0]["rates"]]),
        ("building, CPU µs a vector", [("", [1e6 * row["build_cpu_s"] / row["vectors"] for row in rows])]),
        ("file, bytes a vector", [("", [row["file_bytes"] / row["vectors"] for row in rows])]),
        ("opening, ms", [("", [row["open_ms"] for row in rows])]),
    ]
    panels = [(title, [line for line in lines if any(line[1])]) for title, lines in panels]
    panels = [(title, lines) for title, lines in panels if lines]
    width, height = len(panels) * (WIDTH + LEFT + GAP) + LEFT, TOP + HEIGHT + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11" role="img">',
        "<title>How the vector index grows with the number of vectors</title>",
        "<style>.grid{stroke:#8884;stroke-width:1}.title{font-size:13px;font-weight:bold}text{fill:#555}</style>",
    ]
    for index, (title, lines) in enumerate(panels):
        parts += panel(index, title, lines, counts)
    return "\n".join([*parts, "</svg>", ""])
