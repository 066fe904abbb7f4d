// Packing of GGUF's quantized blocks into panels, and back.
//
// One row's 32 codes are eight words of four: word g holds the columns 4 g ... 4 g + 3, one a byte, as GGUF stores them
// (unsigned, the type's offset included). Reading a GGUF block gives such words; writing them is the same for all types.
#include "kernels.h"

// What one row has in a block of 32 columns; `scales` are 2 bytes: an F16 scale, or what a K type has for the block.
typedef struct {
  uint32_t words[8];
  uint8_t scales[2];
} row_block;

typedef struct {
  size_t bytes;    // of a GGUF block
  size_t columns;  // in a GGUF block
} source_layout;

static source_layout source_of(weir_weights type) {
  switch (type) {
  case WEIR_WEIGHTS_Q8_0: return (source_layout){2 + 32, WEIR_BLOCK};
  case WEIR_WEIGHTS_Q4_0: return (source_layout){2 + 16, WEIR_BLOCK};
  case WEIR_WEIGHTS_Q5_0: return (source_layout){2 + 4 + 16, WEIR_BLOCK};
  case WEIR_WEIGHTS_Q4_K: return (source_layout){4 + 12 + 128, WEIR_SUPER_BLOCK};
  case WEIR_WEIGHTS_Q5_K: return (source_layout){4 + 12 + 32 + 128, WEIR_SUPER_BLOCK};
  case WEIR_WEIGHTS_Q6_K: return (source_layout){128 + 64 + 16 + 2, WEIR_SUPER_BLOCK};
  default: return (source_layout){0, WEIR_BLOCK};
  }
}

size_t weir_block_source_bytes(weir_weights type, size_t columns) {
  const source_layout source = source_of(type);
  return columns / source.columns * source.bytes;
}

static uint32_t load_u32(const uint8_t *p) {
  uint32_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

static uint32_t low_nibbles(uint32_t word) { return word & 0x0f0f0f0f; }
static uint32_t high_nibbles(uint32_t word) { return word >> 4 & 0x0f0f0f0f; }

// Four bits to the low bits of four bytes.
static uint32_t spread(uint32_t bits) { return (bits & 15) * 0x00204081 & 0x01010101; }

// The F16 scale, then: Q8_0 32 signed codes; Q4_0 16 bytes, byte j holds columns j (low nibble) and j + 16 (high);
// Q5_0 four bytes of fifth bits, bit j of column j, then 16 bytes as in Q4_0.
static row_block read_simple(weir_weights type, const uint8_t *block) {
  row_block row;
  memcpy(row.scales, block, 2);
  if (type == WEIR_WEIGHTS_Q8_0) {
    for (int g = 0; g < 8; g++) row.words[g] = load_u32(block + 2 + 4 * g) ^ 0x80808080;  // flips the sign bit: + 128
    return row;
  }
  const uint8_t *const codes = block + (type == WEIR_WEIGHTS_Q5_0 ? 6 : 2);
  const uint32_t fifth = type == WEIR_WEIGHTS_Q5_0 ? load_u32(block + 2) : 0;
  for (int g = 0; g < 4; g++) {
    const uint32_t pairs = load_u32(codes + 4 * g);
    row.words[g] = low_nibbles(pairs) | spread(fifth >> 4 * g) << 4;
    row.words[g + 4] = high_nibbles(pairs) | spread(fifth >> (4 * g + 16)) << 4;
  }
  return row;
}

// Six bits each for the scale and the minimum of eight blocks, in 12 bytes: the first four of each are the low bits of
// bytes 0-3 and 4-7; the last four have their low four bits in a nibble of bytes 8-11 and their high two above those.
static void read_scale(const uint8_t *packed, size_t b, uint8_t *scale, uint8_t *minimum) {
  if (b < 4) {
    *scale = packed[b] & 63;
    *minimum = packed[b + 4] & 63;
  } else {
    *scale = (uint8_t)((packed[b + 4] & 15) | (packed[b - 4] >> 6 << 4));
    *minimum = (uint8_t)(packed[b + 4] >> 4 | (packed[b] >> 6 << 4));
  }
}

// d, dmin, 12 bytes of scales, (Q5_K: 32 bytes of fifth bits, bit b of byte j is column j of block b,) 128 bytes: of
// each 32, the low nibbles are an even block and the high nibbles the odd block after it.
static row_block read_minimum(weir_weights type, const uint8_t *super, size_t b) {
  row_block row;
  read_scale(super + 4, b, &row.scales[0], &row.scales[1]);
  const uint8_t *const fifth = super + 16;
  const uint8_t *const codes = super + (type == WEIR_WEIGHTS_Q5_K ? 48 : 16) + b / 2 * 32;
  for (int g = 0; g < 8; g++) {
    const uint32_t pairs = load_u32(codes + 4 * g);
    row.words[g] = b % 2 ? high_nibbles(pairs) : low_nibbles(pairs);
    if (type == WEIR_WEIGHTS_Q5_K) row.words[g] |= (load_u32(fifth + 4 * g) >> b & 0x01010101) << 4;
  }
  return row;
}

// 128 bytes of nibbles, 64 of high bits, 16 signed scales, d. Each half of the columns has 64 bytes of nibbles (low:
// blocks 0 and 1 of the half, high: 2 and 3) and 32 of high bits (two bits for each of the four blocks).
static row_block read_halves(const uint8_t *super, size_t b) {
  row_block row;
  memcpy(row.scales, super + 192 + 2 * b, 2);
  const size_t half = b / 4, quarter = b % 4;
  const uint8_t *const codes = super + half * 64 + quarter % 2 * 32, *const high = super + 128 + half * 32;
  for (int g = 0; g < 8; g++) {
    const uint32_t pairs = load_u32(codes + 4 * g);
    row.words[g] = (quarter < 2 ? low_nibbles(pairs) : high_nibbles(pairs)) |
                   (load_u32(high + 4 * g) >> 2 * quarter & 0x03030303) << 4;
  }
  return row;
}

static row_block read_block(weir_weights type, const uint8_t *row, size_t b) {
  const block_layout layout = layout_of(type);
  const uint8_t *const block = row + b * WEIR_BLOCK / source_of(type).columns * source_of(type).bytes;
  if (layout.has_minima) return read_minimum(type, block, b % BLOCKS_OF_SUPER);
  if (layout.has_halves) return read_halves(block, b % BLOCKS_OF_SUPER);
  return read_simple(type, block);
}

static void write_block(weir_weights type, const row_block *row, size_t r, uint8_t *block) {
  const block_layout layout = layout_of(type);
  if (layout.header) {
    block[r] = row->scales[0];
    block[WEIR_PANEL_ROWS + r] = row->scales[1];
  } else {
    memcpy(block + 2 * r, row->scales, 2);
  }
  uint8_t *const codes = block + SCALES_BYTES + 4 * r;
  if (type == WEIR_WEIGHTS_Q8_0) {
    for (int g = 0; g < 8; g++) memcpy(codes + g * PLANE_BYTES, &row->words[g], 4);
    return;
  }
  uint32_t planes[2] = {0, 0};
  for (int g = 0; g < 8; g += 2) {
    const uint32_t pairs = low_nibbles(row->words[g]) | low_nibbles(row->words[g + 1]) << 4;
    memcpy(codes + g / 2 * PLANE_BYTES, &pairs, 4);
  }
  for (int g = 0; g < 8 && layout.high_bits; g++)
    planes[g * layout.high_bits / 8] |= high_nibbles(row->words[g]) << g * layout.high_bits % 8;
  for (int plane = 0; plane < layout.high_bits; plane++)
    memcpy(codes + NIBBLES_BYTES + plane * PLANE_BYTES, &planes[plane], 4);
}

void weir_pack_blocks(weir_weights type, const uint8_t *source, size_t rows, size_t columns, uint8_t *panel) {
  const block_layout layout = layout_of(type);
  const size_t row_bytes = weir_block_source_bytes(type, columns), blocks = columns / WEIR_BLOCK;
  row_block nothing = {0};
  for (int g = 0; g < 8; g++) nothing.words[g] = (uint32_t)layout.offset * 0x01010101;
  for (size_t b = 0; b < blocks; b++) {
    uint8_t *const block = panel + offset_of_block(layout, b);
    if (layout.header && b % BLOCKS_OF_SUPER == 0) {
      // d, and dmin where there is one: the last two bytes of a Q6_K block, the first four of the others.
      uint8_t *const header = block - layout.header;
      const size_t super = source_of(type).bytes;
      memset(header, 0, layout.header);
      for (size_t r = 0; r < rows; r++) {
        const uint8_t *const from = source + r * row_bytes + b / BLOCKS_OF_SUPER * super;
        memcpy(header + 2 * r, layout.has_halves ? from + super - 2 : from, 2);
        if (layout.has_minima) memcpy(header + SCALES_BYTES + 2 * r, from + 2, 2);
      }
    }
    for (size_t r = 0; r < rows; r++) {
      const row_block row = read_block(type, source + r * row_bytes, b);
      write_block(type, &row, r, block);
    }
    for (size_t r = rows; r < WEIR_PANEL_ROWS; r++) write_block(type, &nothing, r, block);
  }
}

static int code_of(weir_weights type, const uint8_t *block, size_t r, size_t k) {
  const uint8_t *const codes = block + SCALES_BYTES + 4 * r + k % 4;
  if (type == WEIR_WEIGHTS_Q8_0) return codes[k / 4 * PLANE_BYTES];
  const int bits = layout_of(type).high_bits;
  int code = codes[k / 8 * PLANE_BYTES] >> (k % 8 < 4 ? 0 : 4) & 15;
  if (bits == 1) code |= (codes[NIBBLES_BYTES] >> k / 4 & 1) << 4;
  if (bits == 2) code |= (codes[NIBBLES_BYTES + k / 16 * PLANE_BYTES] >> k / 4 % 4 * 2 & 3) << 4;
  return code;
}

void weir_unpack_blocks(weir_weights type, const uint8_t *panel, size_t r, size_t columns, float *out) {
  const block_layout layout = layout_of(type);
  for (size_t b = 0; b < columns / WEIR_BLOCK; b++) {
    const uint8_t *const block = panel + offset_of_block(layout, b);
    const uint8_t *const header = layout.header ? panel + b / BLOCKS_OF_SUPER * bytes_of_blocks(layout, 8) : block;
    const float d = float_of_f16(load_u16(header + 2 * r));
    float scales[2] = {d, d}, minimum = 0;
    if (layout.has_halves)
      for (int half = 0; half < 2; half++) scales[half] = d * (float)(int8_t)block[half * WEIR_PANEL_ROWS + r];
    if (layout.has_minima) {
      scales[0] = scales[1] = d * (float)block[r];
      minimum = float_of_f16(load_u16(header + SCALES_BYTES + 2 * r)) * (float)block[WEIR_PANEL_ROWS + r];
    }
    for (size_t k = 0; k < WEIR_BLOCK; k++) {
      const float value = scales[k / 16] * (float)(code_of(type, block, r, k) - layout.offset);
      out[b * WEIR_BLOCK + k] = layout.has_minima ? value - minimum : value;
    }
  }
}
