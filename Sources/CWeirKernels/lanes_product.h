// Products of packed weights with token rows, in tiles of TILE_PANELS panels by TILE_TOKENS tokens: a weight that is
// loaded serves every token of the tile, and the sums stay in registers. Included once by each instruction set's file.
#include "lanes.h"

// The sums of one panel and one token, as they wait in y between two parts of the columns.
INLINE f32x16 load_sums(const weir_product *p, size_t panel, size_t token) {
  const size_t row = panel * WEIR_PANEL_ROWS, left = p->rows - row;
  const float *const y = p->y + token * p->y_stride + row;
  return left >= WEIR_PANEL_ROWS ? load(y) : load_some(y, left, 0);
}

// To y; with the bias, if these are the last columns.
INLINE void store_sums(const weir_product *p, size_t panel, size_t token, f32x16 sums, bool is_last) {
  const size_t row = panel * WEIR_PANEL_ROWS, left = p->rows - row;
  float *const y = p->y + token * p->y_stride + row;
  const float *const bias = is_last ? p->bias : NULL;
  if (left >= WEIR_PANEL_ROWS) {
    store(y, bias ? sums + load(bias + row) : sums);
  } else {
    store_some(y, bias ? sums + load_some(bias + row, left, 0) : sums, left);
  }
}

INLINE f32x16 load_weights(weir_weights type, const uint8_t *panel, size_t column) {
  switch (type) {
  case WEIR_WEIGHTS_F16: return floats_of_f16(panel + column * 32);
  case WEIR_WEIGHTS_BF16: return floats_of_bf16(panel + column * 32);
  default: return load((const float *)panel + column * WEIR_PANEL_ROWS);
  }
}

// How far ahead a sweep over the weights asks for memory; 2-4 KB measured alike.
enum { PREFETCH_AHEAD = 3072 };

INLINE void tile(const weir_product *p, weir_weights type, size_t panel, size_t token, int panels, int tokens) {
  f32x16 sums[TILE_PANELS][TILE_TOKENS];
  UNROLL for (int r = 0; r < panels; r++)
    UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = 0;
  const size_t column_bytes = WEIR_PANEL_ROWS * (type == WEIR_WEIGHTS_F32 ? 4 : 2);
  const size_t bytes = p->columns * column_bytes;
  const uint8_t *const weights = p->panels + panel * bytes;
  const float *const x = p->x + token * p->x_stride;
  const bool few = p->tokens <= TILE_TOKENS;
  for (size_t k = 0; k < p->columns; k++) {
    UNROLL for (int r = 0; r < panels; r++) {
      const f32x16 w = load_weights(type, weights + r * bytes, k);
      if (few) __builtin_prefetch(weights + r * bytes + k * column_bytes + PREFETCH_AHEAD);
      UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = fused(w, (f32x16)x[t * p->x_stride + k], sums[r][t]);
    }
  }
  UNROLL for (int r = 0; r < panels; r++)
    UNROLL for (int t = 0; t < tokens; t++) store_sums(p, panel + r, token + t, sums[r][t], true);
}

// All tokens against `panels` panels.
INLINE void strip(const weir_product *p, weir_weights type, size_t panel, int panels) {
  size_t token = 0;
  for (; token + TILE_TOKENS <= p->tokens; token += TILE_TOKENS) tile(p, type, panel, token, panels, TILE_TOKENS);
  switch (p->tokens - token) {
#if TILE_TOKENS > 5
  case 5: tile(p, type, panel, token, panels, 5); break;
  case 4: tile(p, type, panel, token, panels, 4); break;
#endif
  case 3: tile(p, type, panel, token, panels, 3); break;
  case 2: tile(p, type, panel, token, panels, 2); break;
  case 1: tile(p, type, panel, token, panels, 1); break;
  default: break;
  }
}

INLINE void product(const weir_product *p, weir_weights type) {
  size_t panel = p->first_panel;
  // One token is bound by memory: one panel after the other is one stream, and several are slower.
  if (p->tokens == 1) {
    for (; panel < p->end_panel; panel++) tile(p, type, panel, 0, 1, 1);
    return;
  }
  for (; panel + TILE_PANELS <= p->end_panel; panel += TILE_PANELS) strip(p, type, panel, TILE_PANELS);
#if TILE_PANELS > 1
  for (; panel < p->end_panel; panel++) strip(p, type, panel, 1);
#endif
}

static void product_f32(const weir_product *p) { product(p, WEIR_WEIGHTS_F32); }
static void product_f16(const weir_product *p) { product(p, WEIR_WEIGHTS_F16); }
static void product_bf16(const weir_product *p) { product(p, WEIR_WEIGHTS_BF16); }
