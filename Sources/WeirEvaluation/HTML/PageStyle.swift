/// What the page carries besides its words: nothing is loaded from anywhere.
enum PageStyle {
  static let sheet: HTML = """
    :root{color-scheme:light dark;--paper:#fdfdfb;--ink:#1d2329;--soft:#5c6670;--rule:#d9dcd8;--panel:#f3f4f0;\
    --blue:#22649c;--orange:#b8510d;--grey:#8b949c;--pale:#22649c33}
    @media (prefers-color-scheme:dark){:root{--paper:#15191d;--ink:#e4e7ea;--soft:#9da7b0;--rule:#343b42;--panel:#1d2328;\
    --blue:#6bb0ea;--orange:#f0954a;--grey:#78828b;--pale:#6bb0ea40}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:66rem;padding:1.5rem 1.25rem 4rem;background:var(--paper);color:var(--ink);\
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
    h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .75rem}
    h3{font-size:1rem;margin:0 0 .25rem}p{max-width:46rem}.soft,figcaption,footer{color:var(--soft);font-size:.9rem}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.75rem;margin:1.25rem 0}
    .card{background:var(--panel);border-radius:.4rem;padding:.8rem 1rem}
    .card b{display:block;font-size:1.7rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}
    .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1.75rem}
    figure{margin:0;min-width:0}svg{display:block;width:100%;height:auto;overflow:visible}
    .grid{stroke:var(--rule);stroke-width:1}.axis{fill:none;stroke:var(--soft);stroke-width:1}
    .tick,.axis-title,.label{font-size:12px;fill:var(--soft)}.label{fill:var(--ink)}
    .ideal{fill:none;stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}.curve{fill:none;stroke:var(--blue);stroke-width:2}
    .gap{stroke:var(--orange);stroke-width:2}.bubble{fill:var(--pale);stroke:var(--blue);stroke-width:1.5}
    .mark{fill:var(--paper);stroke:var(--orange);stroke-width:2}
    rect.right{fill:var(--blue)}rect.wrong{fill:var(--orange)}rect.outside{fill:var(--grey)}
    .key{display:inline-block;width:.8em;height:.8em;margin:0 .35em 0 .6em}.key.right{background:var(--blue);margin-left:0}
    .key.wrong{background:var(--orange)}.key.outside{background:var(--grey)}
    .wide{overflow-x:auto}.wide+.wide{margin-top:1.5rem}table{border-collapse:collapse;width:100%;font-size:.94rem}
    caption{text-align:left;color:var(--soft);font-size:.9rem;padding-bottom:.4rem}
    th,td{padding:.3rem .6rem;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
    th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    tbody th{font-weight:400}tr.section th{padding-top:1rem;font-weight:600;border-color:var(--soft)}
    th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
    th[aria-sort] button{text-decoration:underline;text-underline-offset:.2em}
    .bar{display:inline-block;width:6rem;height:.6rem;background:var(--rule);vertical-align:baseline;margin-left:.6rem}
    .bar i{display:block;height:100%;background:var(--blue)}.ids{overflow-wrap:anywhere;color:var(--soft);font-size:.88rem}
    .ids q{color:var(--ink)}.rows{list-style:none;margin:0;padding:0}dt{font-weight:600;margin-top:.5rem}dd{margin:0}
    @media (max-width:36rem){.bar{width:3rem}}
    @media print{body{max-width:none}.plots{grid-template-columns:1fr 1fr}tr,figure{break-inside:avoid}}
    """

  /// What a drawing in a file of its own needs, in the light colours of the page.
  static let drawing: HTML = """
    text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:#5c6670}\
    .grid{fill:none;stroke:#d9dcd8;stroke-width:1}.axis{fill:none;stroke:#5c6670;stroke-width:1}.label{fill:#1d2329}\
    .ideal{fill:none;stroke:#5c6670;stroke-width:1;stroke-dasharray:4 4}.curve{fill:none;stroke:#22649c;stroke-width:2}\
    .gap{stroke:#b8510d;stroke-width:2}.bubble{fill:#22649c33;stroke:#22649c;stroke-width:1.5}\
    .mark{fill:#fdfdfb;stroke:#b8510d;stroke-width:2}
    """

  /// Sorts a table by the column whose heading is pressed: numbers falling at first, names rising.
  static let script: HTML = """
    for(const table of document.querySelectorAll("table.sortable")){const heads=[...table.tHead.rows[0].cells];\
    heads.forEach((head,column)=>head.querySelector("button").addEventListener("click",()=>{\
    const value=row=>row.cells[column].dataset.value??row.cells[column].textContent;\
    const numeric=head.classList.contains("n");\
    const falling=head.ariaSort?head.ariaSort==="ascending":numeric;\
    heads.forEach(other=>other.removeAttribute("aria-sort"));\
    head.setAttribute("aria-sort",falling?"descending":"ascending");\
    const rows=[...table.tBodies[0].rows].sort((a,b)=>numeric?value(a)-value(b):value(a)>value(b)?1:-1);\
    table.tBodies[0].append(...(falling?rows.reverse():rows))}))}
    """
}
