// The reference products, in the orders that CWeirKernels.h defines. Included once, by kernels_scalar.c.
#include <math.h>

#include "kernels.h"

static size_t rows_of_panel(const weir_product *p, size_t panel) {
  const size_t left = p->rows - panel * WEIR_PANEL_ROWS;
  return left < WEIR_PANEL_ROWS ? left : WEIR_PANEL_ROWS;
}

static void store_row(const weir_product *p, size_t token, size_t row, float value) {
  p->y[token * p->y_stride + row] = p->bias ? value + p->bias[row] : value;
}

static float weight_f32(const uint8_t *panel, size_t index) {
  float value;
  memcpy(&value, panel + 4 * index, 4);
  return value;
}
static float weight_f16(const uint8_t *panel, size_t index) { return float_of_f16(load_u16(panel + 2 * index)); }
static float weight_bf16(const uint8_t *panel, size_t index) { return float_of_bf16(load_u16(panel + 2 * index)); }

static void product_plain(const weir_product *p, size_t element, float (*weight)(const uint8_t *, size_t)) {
  for (size_t panel = p->first_panel; panel < p->end_panel; panel++) {
    const uint8_t *const w = p->panels + panel * p->columns * WEIR_PANEL_ROWS * element;
    for (size_t t = 0; t < p->tokens; t++)
      for (size_t r = 0; r < rows_of_panel(p, panel); r++) {
        float sum = 0;
        for (size_t k = 0; k < p->columns; k++)
          sum = fmaf(weight(w, k * WEIR_PANEL_ROWS + r), p->x[t * p->x_stride + k], sum);
        store_row(p, t, panel * WEIR_PANEL_ROWS + r, sum);
      }
  }
}

static void product_f32(const weir_product *p) { product_plain(p, 4, weight_f32); }
static void product_f16(const weir_product *p) { product_plain(p, 2, weight_f16); }
static void product_bf16(const weir_product *p) { product_plain(p, 2, weight_bf16); }

// MARK: block types

// One panel's block of 32 columns.
typedef struct {
  weir_weights type;
  block_layout layout;
  const uint8_t *header;  // of a K type
  const uint8_t *scales;
  const uint8_t *codes;
  const uint8_t *planes;  // the high bits, after the nibbles
} block;

static block block_of(weir_weights type, const uint8_t *panel, size_t b) {
  const block_layout layout = layout_of(type);
  const uint8_t *const header = panel + b / BLOCKS_OF_SUPER * bytes_of_blocks(layout, BLOCKS_OF_SUPER);
  const uint8_t *const scales = panel + offset_of_block(layout, b), *const codes = scales + SCALES_BYTES;
  return (block){type, layout, header, scales, codes, codes + NIBBLES_BYTES};
}

// Row r, column k of the block, less the type's offset.
static int32_t code_of(const block *b, size_t r, size_t k) {
  if (b->type == WEIR_WEIGHTS_Q8_0) return b->codes[k / 4 * PLANE_BYTES + r * 4 + k % 4] - b->layout.offset;
  const uint8_t pair = b->codes[k / 8 * PLANE_BYTES + r * 4 + k % 4];
  int32_t code = k % 8 < 4 ? pair & 15 : pair >> 4;
  if (b->layout.high_bits == 1) code += (b->planes[r * 4 + k % 4] >> k / 4 & 1) * 16;
  if (b->layout.high_bits == 2) code += (b->planes[k / 16 * PLANE_BYTES + r * 4 + k % 4] >> 2 * (k / 4 % 4) & 3) * 16;
  return code - b->layout.offset;
}

static float whole_of(const block *b, size_t r, const int8_t *x, size_t first, size_t end) {
  int32_t sum = 0;
  for (size_t k = first; k < end; k++) sum += code_of(b, r, k) * x[k];
  return (float)sum;
}

static float f16_of_row(const uint8_t *p, size_t r) { return float_of_f16(load_u16(p + 2 * r)); }

static float add_block(const block *b, size_t r, const int8_t *x, float x_scale, int32_t x_sum, float sum) {
  if (b->layout.has_minima) {
    const float scale = f16_of_row(b->header, r) * (float)b->scales[r];
    const float minimum = f16_of_row(b->header + SCALES_BYTES, r) * (float)b->scales[WEIR_PANEL_ROWS + r];
    sum = fmaf(scale * x_scale, whole_of(b, r, x, 0, WEIR_BLOCK), sum);
    return fmaf(-minimum, x_scale * (float)x_sum, sum);
  }
  if (b->layout.has_halves) {
    for (size_t half = 0; half < 2; half++) {
      const float scale = f16_of_row(b->header, r) * (float)(int8_t)b->scales[half * WEIR_PANEL_ROWS + r];
      sum = fmaf(scale * x_scale, whole_of(b, r, x, 16 * half, 16 * half + 16), sum);
    }
    return sum;
  }
  return fmaf(f16_of_row(b->scales, r) * x_scale, whole_of(b, r, x, 0, WEIR_BLOCK), sum);
}

static void product_blocks(const weir_product *p, weir_weights type) {
  const size_t blocks = p->columns / WEIR_BLOCK, panel_bytes = bytes_of_blocks(layout_of(type), blocks);
  for (size_t panel = p->first_panel; panel < p->end_panel; panel++)
    for (size_t t = 0; t < p->tokens; t++)
      for (size_t r = 0; r < rows_of_panel(p, panel); r++) {
        float sum = 0;
        for (size_t b = 0; b < blocks; b++) {
          const block weights = block_of(type, p->panels + panel * panel_bytes, b);
          const size_t at = t * blocks + b;
          sum = add_block(&weights, r, p->codes + at * WEIR_BLOCK, p->scales[at], p->sums[at], sum);
        }
        store_row(p, t, panel * WEIR_PANEL_ROWS + r, sum);
      }
}

static void product_q8_0(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q8_0); }
static void product_q4_0(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q4_0); }
static void product_q5_0(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q5_0); }
static void product_q4_k(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q4_K); }
static void product_q5_k(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q5_K); }
static void product_q6_k(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q6_K); }
