// Products of packed weights with token rows, in tiles of TILE_PANELS panels by TILE_TOKENS tokens: a weight that is
// loaded serves every token of the tile, and the sums stay in registers. Included once by each instruction set's file.
#include "lanes.h"

// How far ahead a single sweep over the weights asks for memory; 2-4 KB measured alike.
enum { PREFETCH_AHEAD = 3072 };

INLINE size_t block_bytes(weir_weights type) { return type == WEIR_WEIGHTS_Q8_0 ? Q8_0_BYTES : Q4_0_BYTES; }

INLINE void store_tile(const weir_product *p, size_t panel, size_t token, int panels, int tokens,
                       f32x16 sums[TILE_PANELS][TILE_TOKENS]) {
  UNROLL for (int r = 0; r < panels; r++) {
    const size_t row = (panel + r) * WEIR_PANEL_ROWS, left = p->rows - row;
    UNROLL for (int t = 0; t < tokens; t++) {
      float *const y = p->y + (token + t) * p->y_stride + row;
      if (left >= WEIR_PANEL_ROWS) {
        store(y, p->bias ? sums[r][t] + load(p->bias + row) : sums[r][t]);
      } else {
        store_some(y, p->bias ? sums[r][t] + load_some(p->bias + row, left, 0) : sums[r][t], left);
      }
    }
  }
}

INLINE f32x16 load_weights(weir_weights type, const uint8_t *panel, size_t column) {
  switch (type) {
  case WEIR_WEIGHTS_F16: return floats_of_f16(panel + column * 32);
  case WEIR_WEIGHTS_BF16: return floats_of_bf16(panel + column * 32);
  default: return load((const float *)panel + column * WEIR_PANEL_ROWS);
  }
}

INLINE void tile_plain(const weir_product *p, weir_weights type, size_t panel, size_t token, int panels, int tokens) {
  f32x16 sums[TILE_PANELS][TILE_TOKENS];
  UNROLL for (int r = 0; r < panels; r++)
    UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = 0;
  const size_t bytes = p->columns * WEIR_PANEL_ROWS * (type == WEIR_WEIGHTS_F32 ? 4 : 2);
  const uint8_t *const weights = p->panels + panel * bytes;
  const float *const x = p->x + token * p->x_stride;
  for (size_t k = 0; k < p->columns; k++) {
    UNROLL for (int r = 0; r < panels; r++) {
      const f32x16 w = load_weights(type, weights + r * bytes, k);
      UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = fused(w, (f32x16)x[t * p->x_stride + k], sums[r][t]);
    }
  }
  store_tile(p, panel, token, panels, tokens, sums);
}

INLINE u8x64 load_codes(const uint8_t *p) {
  u8x64 codes;
  memcpy(&codes, p, sizeof codes);
  return codes;
}

INLINE int32_t load_four(const int8_t *p) {
  int32_t four;
  memcpy(&four, p, sizeof four);
  return four;
}

// One block of 32 columns: whole[r][t] gets the exact integer sums. A single token has two chains of additions,
// because one alone waits for itself; its second chain is whole[r][1].
INLINE void dot_block(weir_weights type, const uint8_t *codes, size_t panel_bytes, const int8_t *x, size_t x_stride,
                      int panels, int tokens, i32x16 whole[TILE_PANELS][TILE_TOKENS]) {
  const int other = tokens == 1;
  if (type == WEIR_WEIGHTS_Q8_0) {
    UNROLL for (int g = 0; g < 8; g++)
      UNROLL for (int r = 0; r < panels; r++) {
        const u8x64 w = load_codes(codes + r * panel_bytes + g * 64);
        UNROLL for (int t = 0; t < tokens; t++) {
          const int chain = t + (g & other);
          whole[r][chain] = dot_q8_0(whole[r][chain], w, load_four(x + t * x_stride + g * 4));
        }
      }
  } else {
    UNROLL for (int g = 0; g < 4; g++)
      UNROLL for (int r = 0; r < panels; r++) {
        const u8x64 pairs = load_codes(codes + r * panel_bytes + g * 64);
        const u8x64 low = pairs & 15, high = pairs >> 4;
        UNROLL for (int t = 0; t < tokens; t++) {
          const int8_t *const eight = x + t * x_stride + g * 8;
          whole[r][t] = dot_q4_0(whole[r][t], low, load_four(eight));
          whole[r][t + other] = dot_q4_0(whole[r][t + other], high, load_four(eight + 4));
        }
      }
  }
}

INLINE void tile_blocks(const weir_product *p, weir_weights type, size_t panel, size_t token, int panels, int tokens) {
  const int bias = type == WEIR_WEIGHTS_Q8_0 ? DOT_Q8_0_BIAS : 8;
  const size_t blocks = p->columns / WEIR_BLOCK, bytes = block_bytes(type), panel_bytes = blocks * bytes;
  const uint8_t *weights = p->panels + panel * panel_bytes;
  const int8_t *const x = p->codes + token * p->columns;
  const float *const scales = p->scales + token * blocks;
  const int32_t *const code_sums = p->sums + token * blocks;
  f32x16 sums[TILE_PANELS][TILE_TOKENS];
  UNROLL for (int r = 0; r < panels; r++)
    UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = 0;
  for (size_t b = 0; b < blocks; b++, weights += bytes) {
    i32x16 whole[TILE_PANELS][TILE_TOKENS];
    UNROLL for (int r = 0; r < panels; r++) {
      whole[r][1] = 0;
      // The bias of the codes does not depend on the row, so the sum starts with its correction.
      UNROLL for (int t = 0; t < tokens; t++) whole[r][t] = -bias * code_sums[t * blocks + b];
    }
    dot_block(type, weights + SCALES_BYTES, panel_bytes, x + b * WEIR_BLOCK, p->columns, panels, tokens, whole);
    if (tokens == 1)
      UNROLL for (size_t ahead = 0; ahead < bytes; ahead += 64) __builtin_prefetch(weights + PREFETCH_AHEAD + ahead);
    UNROLL for (int r = 0; r < panels; r++) {
      if (tokens == 1) whole[r][0] += whole[r][1];
      const f32x16 row_scales = floats_of_f16(weights + r * panel_bytes);
      UNROLL for (int t = 0; t < tokens; t++) {
        const f32x16 scale = row_scales * scales[t * blocks + b];
        sums[r][t] = fused(scale, __builtin_convertvector(whole[r][t], f32x16), sums[r][t]);
      }
    }
  }
  store_tile(p, panel, token, panels, tokens, sums);
}

INLINE void tile(const weir_product *p, weir_weights type, size_t panel, size_t token, int panels, int tokens) {
  if (type == WEIR_WEIGHTS_Q8_0 || type == WEIR_WEIGHTS_Q4_0) {
    tile_blocks(p, type, panel, token, panels, tokens);
  } else {
    tile_plain(p, type, panel, token, panels, tokens);
  }
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
static void product_q8_0(const weir_product *p) { product(p, WEIR_WEIGHTS_Q8_0); }
static void product_q4_0(const weir_product *p) { product(p, WEIR_WEIGHTS_Q4_0); }
