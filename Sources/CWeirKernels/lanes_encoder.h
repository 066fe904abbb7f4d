// The encoder's kernels in terms of lanes; included once by each instruction set's file, after lanes_encoder_attention.h.
//
// Tiles of ENCODER_HALVES x 16 rows by up to ENCODER_TOKENS tokens: their integer sums stay in registers, so that a
// weight that is loaded serves every token of the tile and an activation every row. Tokens are dealt evenly (nine are
// five and four), because a tile of one or two waits for its own additions.
#include "encoder.h"
#include "lanes.h"

// How far ahead the first sweep over a map asks for memory.
enum { ENCODER_AHEAD = 4096, HALF_BYTES = 4 * LANES };

// What a tile works on.
typedef struct {
  const uint8_t *panel;
  size_t padded, groups;
  const int8_t *codes;    // of the tile's first token, as are the three below
  const float *scales;
  const int32_t *sums;
  float *y;               // of the panel's first row
  size_t stride, rows;    // rows: of the panel that exist
} linear_tile;

INLINE void tile_linear(const linear_tile *p, int half, int halves, int tokens) {
  f32x16 sums[ENCODER_HALVES][ENCODER_TOKENS];
  UNROLL for (int h = 0; h < halves; h++)
    UNROLL for (int t = 0; t < tokens; t++) sums[h][t] = 0;
  const uint8_t *weights = p->panel + LINEAR_HEAD_BYTES + half * HALF_BYTES;
  const int8_t *x = p->codes;
  for (size_t g = 0; g < p->groups; g++) {
    i32x16 whole[ENCODER_HALVES][ENCODER_TOKENS];
    // The bias of the codes does not depend on the row, so the sum starts with its correction.
    UNROLL for (int t = 0; t < tokens; t++) {
      const i32x16 start = -DOT_BYTES_OFFSET * p->sums[t * p->groups + g];
      UNROLL for (int h = 0; h < halves; h++) whole[h][t] = start;
    }
    const size_t left = p->padded - g * WEIR_LINEAR_GROUP;
    const size_t fours = (left < WEIR_LINEAR_GROUP ? left : WEIR_LINEAR_GROUP) / 4;
    _Pragma("clang loop unroll_count(2)")
    for (size_t k = 0; k < fours; k++, x += 4, weights += FOUR_BYTES) {
      u8x64 w[ENCODER_HALVES];
      UNROLL for (int h = 0; h < halves; h++) {
        w[h] = load_codes(weights + h * HALF_BYTES);
        __builtin_prefetch(weights + ENCODER_AHEAD + h * HALF_BYTES);
      }
      UNROLL for (int t = 0; t < tokens; t++) {
        const int32_t four = load_four(x + t * p->padded);
        UNROLL for (int h = 0; h < halves; h++) whole[h][t] = dot_bytes(whole[h][t], w[h], four);
      }
    }
    UNROLL for (int t = 0; t < tokens; t++) {
      const f32x16 scale = p->scales[t * p->groups + g];
      UNROLL for (int h = 0; h < halves; h++)
        sums[h][t] = fused(scale, __builtin_convertvector(whole[h][t], f32x16), sums[h][t]);
    }
  }
  UNROLL for (int h = 0; h < halves; h++) {
    const size_t row = (size_t)(half + h) * LANES;
    if (row >= p->rows) break;
    const f32x16 scale = load((const float *)p->panel + row);
    const f32x16 bias = load((const float *)p->panel + WEIR_LINEAR_ROWS + row);
    UNROLL for (int t = 0; t < tokens; t++) {
      const f32x16 y = fused(sums[h][t], scale, bias);
      if (p->rows - row >= LANES) {
        store(p->y + t * p->stride + row, y);
      } else {
        store_some(p->y + t * p->stride + row, y, p->rows - row);
      }
    }
  }
}

INLINE void tile_panel(const linear_tile *p, int tokens) {
  for (int half = 0; half < 2; half += ENCODER_HALVES) tile_linear(p, half, ENCODER_HALVES, tokens);
}

static void tile_some(const linear_tile *p, size_t tokens) {
  switch (tokens) {
#if ENCODER_TOKENS > 4
  case 8: tile_panel(p, 8); break;
  case 7: tile_panel(p, 7); break;
  case 6: tile_panel(p, 6); break;
  case 5: tile_panel(p, 5); break;
#endif
  case 4: tile_panel(p, 4); break;
  case 3: tile_panel(p, 3); break;
  case 2: tile_panel(p, 2); break;
  default: tile_panel(p, 1); break;
  }
}

// Panels first ..< end; y[0] is the first panel's first row of token 0.
static void linear_panels_of(const weir_linear *map, size_t first, size_t end, size_t tokens, const weir_codes *x,
                             float *y, size_t stride) {
  const size_t tiles = (tokens + ENCODER_TOKENS - 1) / ENCODER_TOKENS;
  linear_tile p = {
    .padded = weir_linear_padded(map->columns), .groups = weir_linear_groups(map->columns), .stride = stride,
  };
  for (size_t panel = first; panel < end; panel++, y += WEIR_LINEAR_ROWS) {
    const size_t left = map->rows - panel * WEIR_LINEAR_ROWS;
    p.panel = linear_panel(map, panel);
    p.rows = left < WEIR_LINEAR_ROWS ? left : WEIR_LINEAR_ROWS;
    for (size_t i = 0, token = 0; i < tiles; i++) {
      const size_t count = (tokens - token + tiles - i - 1) / (tiles - i);
      p.codes = x->codes + token * p.padded;
      p.scales = x->scales + token * p.groups;
      p.sums = x->sums + token * p.groups;
      p.y = y + token * stride;
      tile_some(&p, count);
      token += count;
    }
  }
}

static void encoder_linear(const weir_linear *map, size_t tokens, const weir_codes *x, float *y, size_t stride) {
  linear_panels_of(map, 0, linear_panels(map->rows), tokens, x, y, stride);
}

// MARK: codes

// Tokens that are worked on together: what one waits for (a reduction, a division) the others fill.
enum { GROUP_VECTORS = WEIR_LINEAR_GROUP / LANES, TOGETHER = 4 };

INLINE f32x16 load_columns(const float *x, size_t i, size_t columns) {
  if ((i + 1) * LANES <= columns) return load(x + i * LANES);
  return i * LANES < columns ? load_some(x + i * LANES, columns - i * LANES, 0) : (f32x16)0;
}

INLINE f32x16 encoder_gelu(f32x16 x) {
  const f32x16 end = GELU_END, start = -GELU_END;
  f32x16 z = x < end ? x : end;
  z = z > start ? z : start;
  const f32x16 y = z * z;
  f32x16 p = fused((f32x16)GELU_P7, y, (f32x16)GELU_P6);
  p = fused(p, y, (f32x16)GELU_P5);
  p = fused(p, y, (f32x16)GELU_P4);
  p = fused(p, y, (f32x16)GELU_P3);
  p = fused(p, y, (f32x16)GELU_P2);
  p = fused(p, y, (f32x16)GELU_P1);
  p = fused(p, y, (f32x16)GELU_P0);
  return x * fused(z, p, (f32x16)0.5f);
}

INLINE f32x16 larger_of(f32x16 a, f32x16 b) { return a > b ? a : b; }  // b where a is not a number

// Up to eight vectors of input times multiplier, zeros beyond the columns; returns the largest magnitude.
INLINE float multiply_group(const float *x, const float *multipliers, size_t columns, int with_gelu,
                            f32x16 values[GROUP_VECTORS]) {
  f32x16 most[2] = {0, 0};
  UNROLL for (size_t i = 0; i < GROUP_VECTORS; i++) {
    f32x16 value = columns >= WEIR_LINEAR_GROUP ? load(x + i * LANES) : load_columns(x, i, columns);
    if (with_gelu) value = encoder_gelu(value);
    const int isPacked = columns >= WEIR_LINEAR_GROUP || i * LANES < columns;
    values[i] = isPacked ? value * load(multipliers + i * LANES) : (f32x16)0;
    most[i % 2] = larger_of(magnitude(values[i]), most[i % 2]);
  }
  return largest_of(larger_of(most[0], most[1]));
}

INLINE int32_t store_codes(const f32x16 values[GROUP_VECTORS], float maximum, size_t count, int8_t *codes) {
  const float factor = maximum <= SMALLEST_BLOCK_MAXIMUM ? 0 : 127 / maximum;
  const f32x16 high = 127;
  i32x16 total = 0;
  UNROLL for (size_t i = 0; i < GROUP_VECTORS; i++) {
    // At most 127 in magnitude by the choice of the factor; what is not a number becomes 127.
    const f32x16 value = rounded(values[i] * factor);
    const i32x16 whole = __builtin_convertvector(value < high ? value : high, i32x16);
    const i8x16 narrow = __builtin_convertvector(whole, i8x16);
    if (i < count) memcpy(codes + i * LANES, &narrow, sizeof narrow);
    total += whole;
  }
  return __builtin_reduce_add(total);
}

// Group `group` of `tokens` tokens, `stride` floats apart, the first of which is token `first` of the codes.
INLINE void encode_tokens(const weir_linear *map, const float *x, size_t stride, size_t first, int tokens, size_t group,
                          const weir_codes *out, int with_gelu) {
  const size_t padded = weir_linear_padded(map->columns), groups = weir_linear_groups(map->columns);
  const size_t column = group * WEIR_LINEAR_GROUP, left = padded - column;
  const float *const multipliers = linear_multipliers(map) + column;
  f32x16 values[TOGETHER][GROUP_VECTORS];
  float most[TOGETHER];
  for (int t = 0; t < tokens; t++)
    most[t] = multiply_group(x + t * stride, multipliers, map->columns - column, with_gelu, values[t]);
  for (int t = 0; t < tokens; t++) {
    const size_t token = first + (size_t)t;
    const size_t count = left < WEIR_LINEAR_GROUP ? left / LANES : GROUP_VECTORS;
    out->scales[token * groups + group] = most[t] <= SMALLEST_BLOCK_MAXIMUM ? 0 : most[t] / 127;
    out->sums[token * groups + group] = store_codes(values[t], most[t], count, out->codes + token * padded + column);
  }
}

INLINE void encode_group(const weir_linear *map, const float *x, size_t stride, size_t tokens, size_t group,
                         const weir_codes *out, int with_gelu) {
  size_t t = 0;
  for (; t + TOGETHER <= tokens; t += TOGETHER)
    encode_tokens(map, x + t * stride, stride, t, TOGETHER, group, out, with_gelu);
  for (; t < tokens; t++) encode_tokens(map, x + t * stride, stride, t, 1, group, out, with_gelu);
}

static void encoder_encode(const weir_linear *map, const float *x, size_t tokens, const weir_codes *out) {
  for (size_t g = 0; g < weir_linear_groups(map->columns); g++)
    encode_group(map, x + g * WEIR_LINEAR_GROUP, map->columns, tokens, g, out, 0);
}

static void encoder_linear_gelu(const weir_linear *map, size_t tokens, const weir_codes *x, const weir_linear *next,
                                const weir_codes *out, float *strip) {
  enum { PANELS = WEIR_LINEAR_GROUP / WEIR_LINEAR_ROWS };
  const size_t panels = linear_panels(map->rows);
  for (size_t g = 0; g < weir_linear_groups(map->rows); g++) {
    const size_t first = g * PANELS, end = first + PANELS < panels ? first + PANELS : panels;
    linear_panels_of(map, first, end, tokens, x, strip, WEIR_LINEAR_GROUP);
    encode_group(next, strip, WEIR_LINEAR_GROUP, tokens, g, out, 1);
  }
}

static void encoder_set_row(uint8_t *packed, size_t columns, size_t row, const float *weights,
                            const float *smoothing, float bias) {
  f32x16 most = 0;
  const size_t vectors = weir_linear_padded(columns) / LANES;
  for (size_t i = 0; i < vectors; i++)
    most = larger_of(magnitude(load_columns(weights, i, columns) * load_columns(smoothing, i, columns)), most);
  const float maximum = largest_of(most);
  const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
  const float factor = empty ? 0 : 127 / maximum;
  linear_set_head(packed, columns, row, empty ? 0 : maximum / 127, bias);
  uint8_t *out = linear_row(packed, columns, row);
  for (size_t i = 0; i < vectors; i++) {
    const f32x16 high = 127;
    const f32x16 value =
      rounded(load_columns(weights, i, columns) * load_columns(smoothing, i, columns) * factor);
    const i32x16 whole = __builtin_convertvector(value < high ? value : high, i32x16);
    const i8x16 codes = __builtin_convertvector(whole + 128, i8x16);
    UNROLL for (int four = 0; four < 4; four++, out += FOUR_BYTES) memcpy(out, (const int8_t *)&codes + 4 * four, 4);
  }
}

static void encoder_unpack_q8_0(const uint8_t *source, size_t blocks, float *out) {
  for (size_t b = 0; b < blocks; b++, source += 34, out += WEIR_BLOCK) {
    const float scale = float_of_f16(load_u16(source));
    UNROLL for (int h = 0; h < 2; h++) {
      i8x16 codes;
      memcpy(&codes, source + 2 + h * LANES, sizeof codes);
      store(out + h * LANES, scale * __builtin_convertvector(codes, f32x16));
    }
  }
}

// MARK: norms

// row = norm(row + update) for a few tokens; sums in the orders of `sum` and of `layer_norm`.
INLINE void finish_tokens(const weir_encoder_finish *f, size_t first, int tokens) {
  const size_t n = f->columns, whole = n / LANES * LANES;
  float *const x = f->hidden + first * n;
  const float *const update = f->update + first * n;
  f32x16 sums[TOGETHER], means[TOGETHER], factors[TOGETHER];
  UNROLL for (int t = 0; t < tokens; t++) sums[t] = 0;
  for (size_t i = 0; i < whole; i += LANES)
    UNROLL for (int t = 0; t < tokens; t++) {
      const f32x16 value = load(x + t * n + i) + load(update + t * n + i);
      store(x + t * n + i, value);
      sums[t] += value;
    }
  UNROLL for (int t = 0; t < tokens; t++) {
    if (whole < n) {
      const f32x16 value = load_some(x + t * n + whole, n - whole, 0) + load_some(update + t * n + whole, n - whole, 0);
      store_some(x + t * n + whole, value, n - whole);
      sums[t] += value;
    }
    means[t] = sum_of(sums[t]) / (float)n;
    sums[t] = 0;
  }
  for (size_t i = 0; i < whole; i += LANES)
    UNROLL for (int t = 0; t < tokens; t++) {
      const f32x16 centred = load(x + t * n + i) - means[t];
      sums[t] = fused(centred, centred, sums[t]);
    }
  UNROLL for (int t = 0; t < tokens; t++) {
    if (whole < n) {
      const f32x16 centred = load_some(x + t * n + whole, n - whole, means[t].x) - means[t];
      sums[t] = fused(centred, centred, sums[t]);
    }
    factors[t] = 1 / __builtin_sqrtf(sum_of(sums[t]) / (float)n + f->epsilon);
  }
  for (size_t i = 0; i < whole; i += LANES) {
    const f32x16 weight = load(f->weight + i), bias = load(f->bias + i);
    UNROLL for (int t = 0; t < tokens; t++)
      store(x + t * n + i, fused((load(x + t * n + i) - means[t]) * factors[t], weight, bias));
  }
  for (size_t i = whole; i < n; i++)
    for (int t = 0; t < tokens; t++)
      x[t * n + i] = __builtin_fmaf((x[t * n + i] - means[t].x) * factors[t].x, f->weight[i], f->bias[i]);
  for (size_t g = 0; f->next && g < weir_linear_groups(n); g++)
    encode_tokens(f->next, x + g * WEIR_LINEAR_GROUP, n, first, tokens, g, &f->codes, 0);
}

static void encoder_finish(const weir_encoder_finish *f) {
  size_t t = 0;
  for (; t + TOGETHER <= f->tokens; t += TOGETHER) finish_tokens(f, t, TOGETHER);
  for (; t < f->tokens; t++) finish_tokens(f, t, 1);
}

static const weir_encoder_kernels encoder_kernels = {
  .linear = encoder_linear, .linear_gelu = encoder_linear_gelu, .encode = encoder_encode,
  .set_row = encoder_set_row, .unpack_q8_0 = encoder_unpack_q8_0, .finish = encoder_finish,
  .attend = encoder_attend,
};
