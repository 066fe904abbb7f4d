// Blocks of quantized weights as lanes: reading them, and products of few tokens, which stream the weights once.
// Included once by each instruction set's file, through lanes_tiles.h.
#include "lanes.h"

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

INLINE f32x16 floats_of_u8(const uint8_t *p) {
  u8x16 value;
  memcpy(&value, p, sizeof value);
  return __builtin_convertvector(__builtin_convertvector(value, i32x16), f32x16);
}

INLINE f32x16 floats_of_i8(const uint8_t *p) {
  i8x16 value;
  memcpy(&value, p, sizeof value);
  return __builtin_convertvector(__builtin_convertvector(value, i32x16), f32x16);
}

INLINE f32x16 broadcast(float value) { return (f32x16)value; }

// The codes of columns 4 g ... 4 g + 3, four bytes a row. `codes` is what follows the block's scales.
INLINE u8x64 codes_of_group(weir_weights type, const uint8_t *codes, int g) {
  if (type == WEIR_WEIGHTS_Q8_0) return load_codes(codes + g * PLANE_BYTES);
  const int bits = layout_of(type).high_bits;
  const u8x64 pairs = load_codes(codes + g / 2 * PLANE_BYTES);
  const u8x64 low = g % 2 ? pairs >> 4 : pairs & 15;
  if (bits == 0) return low;
  // The field of the group comes from its place in the plane to bit 4.
  const uint8_t mask = bits == 1 ? 16 : 48;
  const int place = bits == 1 ? g : g % 4 * 2;
  const u8x64 plane = load_codes(codes + NIBBLES_BYTES + (bits == 1 ? 0 : g / 4) * PLANE_BYTES);
  return low | ((place < 4 ? plane << (4 - place) : plane >> (place - 4)) & mask);
}

// Every row's scale, and its minimum or the scale of the last 16 columns where the type has them.
INLINE void scales_of_block(weir_weights type, const uint8_t *header, const uint8_t *block, f32x16 scales[2]) {
  const block_layout layout = layout_of(type);
  if (layout.has_minima) {
    scales[0] = floats_of_f16(header) * floats_of_u8(block);
    scales[1] = floats_of_f16(header + SCALES_BYTES) * floats_of_u8(block + WEIR_PANEL_ROWS);
  } else if (layout.has_halves) {
    const f32x16 d = floats_of_f16(header);
    scales[0] = d * floats_of_i8(block);
    scales[1] = d * floats_of_i8(block + WEIR_PANEL_ROWS);
  } else {
    scales[0] = scales[1] = floats_of_f16(block);
  }
}

INLINE i32x16 dot_codes(weir_weights type, i32x16 sum, u8x64 codes, int32_t four) {
  return type == WEIR_WEIGHTS_Q8_0 ? dot_bytes(sum, codes, four) : dot_small(sum, codes, four);
}

// What stored codes count too much in the sums that `dot_codes` gives.
INLINE int dot_offset(weir_weights type) {
  return type == WEIR_WEIGHTS_Q8_0 ? DOT_BYTES_OFFSET : layout_of(type).offset;
}

// Few tokens are bound by memory: their sums stay in registers while one panel after the other, one stream, passes.
INLINE void stream_panel(const weir_product *p, weir_weights type, size_t panel, int tokens) {
  const block_layout layout = layout_of(type);
  const int offset = dot_offset(type);
  // A single token has two chains of additions, because one alone waits for itself.
  const bool two_chains = layout.has_halves || tokens == 1;
  const size_t blocks = p->columns / WEIR_BLOCK;
  const uint8_t *block = p->panels + panel * bytes_of_blocks(layout, blocks), *header = block;
  f32x16 sums[STREAM_TOKENS];
  UNROLL for (int t = 0; t < tokens; t++) sums[t] = 0;
  for (size_t b = 0; b < blocks; b++, block += layout.bytes) {
    if (layout.header && b % BLOCKS_OF_SUPER == 0) {
      header = block;
      block += layout.header;
      __builtin_prefetch(header + PREFETCH_AHEAD);
    }
    i32x16 whole[2][STREAM_TOKENS];
    // The offset of the codes does not depend on the row, so a sum starts with its correction.
    UNROLL for (int t = 0; t < tokens; t++) {
      const int32_t sum = p->sums[t * blocks + b], half = layout.has_halves ? p->half_sums[t * blocks + b] : sum;
      whole[0][t] = -offset * half;
      whole[1][t] = -offset * (sum - half);
    }
    UNROLL for (int g = 0; g < 8; g++) {
      const u8x64 w = codes_of_group(type, block + SCALES_BYTES, g);
      const int chain = layout.has_halves ? g / 4 : two_chains ? g % 2 : 0;
      UNROLL for (int t = 0; t < tokens; t++) {
        const int32_t four = load_four(p->codes + t * p->columns + b * WEIR_BLOCK + g * 4);
        whole[chain][t] = dot_codes(type, whole[chain][t], w, four);
      }
    }
    UNROLL for (size_t ahead = 0; ahead < layout.bytes; ahead += 64) __builtin_prefetch(block + PREFETCH_AHEAD + ahead);
    f32x16 scales[2];
    scales_of_block(type, header, block, scales);
    UNROLL for (int t = 0; t < tokens; t++) {
      const float x_scale = p->scales[t * blocks + b];
      if (two_chains && !layout.has_halves) whole[0][t] += whole[1][t];
      sums[t] = fused(scales[0] * x_scale, __builtin_convertvector(whole[0][t], f32x16), sums[t]);
      if (layout.has_halves)
        sums[t] = fused(scales[1] * x_scale, __builtin_convertvector(whole[1][t], f32x16), sums[t]);
      if (layout.has_minima)
        sums[t] = fused(-scales[1], broadcast(x_scale * (float)p->sums[t * blocks + b]), sums[t]);
    }
  }
  UNROLL for (int t = 0; t < tokens; t++) store_sums(p, panel, t, sums[t], true);
}

INLINE void stream(const weir_product *p, weir_weights type) {
  for (size_t panel = p->first_panel; panel < p->end_panel; panel++) switch (p->tokens) {
#if STREAM_TOKENS > 7
    case 8: stream_panel(p, type, panel, 8); break;
    case 7: stream_panel(p, type, panel, 7); break;
#endif
#if STREAM_TOKENS > 5
    case 6: stream_panel(p, type, panel, 6); break;
    case 5: stream_panel(p, type, panel, 5); break;
#endif
#if STREAM_TOKENS > 3
    case 4: stream_panel(p, type, panel, 4); break;
#endif
    case 3: stream_panel(p, type, panel, 3); break;
    case 2: stream_panel(p, type, panel, 2); break;
    case 1: stream_panel(p, type, panel, 1); break;
    default: break;
    }
}
