// Packing of GGUF rows into panels, and back. The layouts are described in CWeirKernels.h.
#include "kernels.h"

static size_t panel_bytes(weir_weights type, size_t columns) {
  switch (type) {
  case WEIR_WEIGHTS_F32: return columns * WEIR_PANEL_ROWS * 4;
  case WEIR_WEIGHTS_F16:
  case WEIR_WEIGHTS_BF16: return columns * WEIR_PANEL_ROWS * 2;
  case WEIR_WEIGHTS_Q8_0: return columns / WEIR_BLOCK * Q8_0_BYTES;
  case WEIR_WEIGHTS_Q4_0: return columns / WEIR_BLOCK * Q4_0_BYTES;
  case WEIR_WEIGHTS_COUNT: break;
  }
  return 0;
}

size_t weir_packed_bytes(weir_weights type, size_t rows, size_t columns) {
  return (rows + WEIR_PANEL_ROWS - 1) / WEIR_PANEL_ROWS * panel_bytes(type, columns);
}

static void pack_plain(const uint8_t *source, size_t element, size_t rows, size_t columns, uint8_t *panel) {
  memset(panel, 0, columns * WEIR_PANEL_ROWS * element);
  for (size_t r = 0; r < rows; r++)
    for (size_t k = 0; k < columns; k++)
      memcpy(panel + (k * WEIR_PANEL_ROWS + r) * element, source + (r * columns + k) * element, element);
}

// GGUF: an F16 scale, then 32 signed codes.
static void pack_q8_0(const uint8_t *source, size_t rows, size_t blocks, uint8_t *panel) {
  for (size_t b = 0; b < blocks; b++, panel += Q8_0_BYTES) {
    uint8_t *const codes = panel + SCALES_BYTES;
    memset(panel, 0, SCALES_BYTES);
    memset(codes, 128, Q8_0_BYTES - SCALES_BYTES);
    for (size_t r = 0; r < rows; r++) {
      const uint8_t *const block = source + (r * blocks + b) * 34;
      memcpy(panel + 2 * r, block, 2);
      for (size_t g = 0; g < 8; g++) {
        uint32_t four;
        memcpy(&four, block + 2 + 4 * g, 4);
        four ^= 0x80808080;  // flipping the sign bit adds 128
        memcpy(codes + g * 64 + r * 4, &four, 4);
      }
    }
  }
}

// GGUF: an F16 scale, then 16 bytes; byte j holds columns j (low nibble) and j + 16 (high nibble), both as code + 8.
static void pack_q4_0(const uint8_t *source, size_t rows, size_t blocks, uint8_t *panel) {
  for (size_t b = 0; b < blocks; b++, panel += Q4_0_BYTES) {
    uint8_t *const codes = panel + SCALES_BYTES;
    memset(panel, 0, SCALES_BYTES);
    memset(codes, 0x88, Q4_0_BYTES - SCALES_BYTES);
    for (size_t r = 0; r < rows; r++) {
      const uint8_t *const block = source + (r * blocks + b) * 18;
      memcpy(panel + 2 * r, block, 2);
      for (size_t half = 0; half < 2; half++)
        for (size_t g = 0; g < 2; g++)
          for (size_t j = 0; j < 4; j++) {
            const uint8_t *const pair = block + 2 + g * 8 + j;
            const uint8_t low = (uint8_t)(pair[0] >> (4 * half)) & 15;
            const uint8_t high = (uint8_t)(pair[4] >> (4 * half)) & 15;
            codes[(half * 2 + g) * 64 + r * 4 + j] = (uint8_t)(low | high << 4);
          }
    }
  }
}

void weir_pack(weir_weights type, const uint8_t *source, size_t rows, size_t columns, uint8_t *panels) {
  const size_t blocks = columns / WEIR_BLOCK;
  for (size_t first = 0; first < rows; first += WEIR_PANEL_ROWS, panels += panel_bytes(type, columns)) {
    const size_t left = rows - first;
    const size_t count = left < WEIR_PANEL_ROWS ? left : WEIR_PANEL_ROWS;
    switch (type) {
    case WEIR_WEIGHTS_F32: pack_plain(source + first * columns * 4, 4, count, columns, panels); break;
    case WEIR_WEIGHTS_F16:
    case WEIR_WEIGHTS_BF16: pack_plain(source + first * columns * 2, 2, count, columns, panels); break;
    case WEIR_WEIGHTS_Q8_0: pack_q8_0(source + first * blocks * 34, count, blocks, panels); break;
    case WEIR_WEIGHTS_Q4_0: pack_q4_0(source + first * blocks * 18, count, blocks, panels); break;
    case WEIR_WEIGHTS_COUNT: break;
    }
  }
}

static void unpack_q8_0(const uint8_t *block, size_t r, float *out) {
  const float scale = float_of_f16(load_u16(block + 2 * r));
  const uint8_t *const codes = block + SCALES_BYTES + r * 4;
  for (size_t g = 0; g < 8; g++)
    for (size_t j = 0; j < 4; j++) out[g * 4 + j] = scale * (float)((int)codes[g * 64 + j] - 128);
}

static void unpack_q4_0(const uint8_t *block, size_t r, float *out) {
  const float scale = float_of_f16(load_u16(block + 2 * r));
  const uint8_t *const codes = block + SCALES_BYTES + r * 4;
  for (size_t g = 0; g < 4; g++)
    for (size_t j = 0; j < 4; j++) {
      out[g * 8 + j] = scale * (float)((codes[g * 64 + j] & 15) - 8);
      out[g * 8 + 4 + j] = scale * (float)((codes[g * 64 + j] >> 4) - 8);
    }
}

void weir_unpack_row(weir_weights type, const uint8_t *panels, size_t row, size_t columns, float *out) {
  const uint8_t *const panel = panels + row / WEIR_PANEL_ROWS * panel_bytes(type, columns);
  const size_t r = row % WEIR_PANEL_ROWS;
  switch (type) {
  case WEIR_WEIGHTS_F32:
    for (size_t k = 0; k < columns; k++) memcpy(out + k, panel + (k * WEIR_PANEL_ROWS + r) * 4, 4);
    break;
  case WEIR_WEIGHTS_F16:
    for (size_t k = 0; k < columns; k++) out[k] = float_of_f16(load_u16(panel + (k * WEIR_PANEL_ROWS + r) * 2));
    break;
  case WEIR_WEIGHTS_BF16:
    for (size_t k = 0; k < columns; k++) out[k] = float_of_bf16(load_u16(panel + (k * WEIR_PANEL_ROWS + r) * 2));
    break;
  case WEIR_WEIGHTS_Q8_0:
    for (size_t b = 0; b < columns / WEIR_BLOCK; b++) unpack_q8_0(panel + b * Q8_0_BYTES, r, out + b * WEIR_BLOCK);
    break;
  case WEIR_WEIGHTS_Q4_0:
    for (size_t b = 0; b < columns / WEIR_BLOCK; b++) unpack_q4_0(panel + b * Q4_0_BYTES, r, out + b * WEIR_BLOCK);
    break;
  case WEIR_WEIGHTS_COUNT: break;
  }
}
