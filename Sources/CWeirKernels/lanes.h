// Sixteen lanes as one value, and the tables' functions in terms of it.
//
// kernels_avx2.c, kernels_avx512.c and kernels_neon.c include this file after they have switched their instruction
// set on. The compiler splits a 64-byte value into as many registers as that set needs (one ZMM, two YMM, four Q), so
// the same source has the same lanes, the same order and the same bits everywhere. What has no portable spelling, the
// int8 products, those files define first:
//   i32x16 dot_bytes(i32x16 sum, u8x64 codes, int32_t four)  lane r: sum + the 4 products of row r with the 4 bytes of
//                                                            `four`; weights count as code - 128 + DOT_BYTES_OFFSET
//   i32x16 dot_small(i32x16 sum, u8x64 codes, int32_t four)  the same for codes 0...63, which count as they are
//   DOT_BYTES_OFFSET, TILE_PANELS, TILE_TOKENS, and STREAM_TOKENS: up to how many tokens weights are not unpacked for
#ifndef LANES_H
#define LANES_H

#include "kernels.h"

#pragma STDC FP_CONTRACT OFF
// 64-byte values only pass between functions that are always inlined, so their calling convention is never used.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { LANES = 16 };

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef _Float16 f16x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x8 __attribute__((ext_vector_type(8)));
typedef int32_t i32x4 __attribute__((ext_vector_type(4)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef uint16_t u16x16 __attribute__((ext_vector_type(16)));
typedef int8_t i8x16 __attribute__((ext_vector_type(16)));
typedef int8_t i8x32 __attribute__((ext_vector_type(32)));
typedef uint8_t u8x16 __attribute__((ext_vector_type(16)));
typedef uint8_t u8x64 __attribute__((ext_vector_type(64)));

INLINE f32x16 load(const float *p) {
  f32x16 value;
  memcpy(&value, p, sizeof value);
  return value;
}
INLINE void store(float *p, f32x16 value) { memcpy(p, &value, sizeof value); }

INLINE i32x16 load_whole(const int32_t *p) {
  i32x16 value;
  memcpy(&value, p, sizeof value);
  return value;
}
INLINE void store_whole(int32_t *p, i32x16 value) { memcpy(p, &value, sizeof value); }

// The first n < 16 lanes; the others are `rest`.
INLINE f32x16 load_some(const float *p, size_t n, float rest) {
  f32x16 value = rest;
  memcpy(&value, p, n * sizeof(float));
  return value;
}
INLINE void store_some(float *p, f32x16 value, size_t n) { memcpy(p, &value, n * sizeof(float)); }

INLINE f32x16 fused(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }
INLINE f32x16 rounded(f32x16 a) { return __builtin_elementwise_roundeven(a); }
INLINE f32x16 magnitude(f32x16 a) { return __builtin_elementwise_abs(a); }

typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef float f32x4 __attribute__((ext_vector_type(4)));

INLINE float sum_of(f32x16 v) {
  const f32x8 eight = v.lo + v.hi;
  const f32x4 four = eight.lo + eight.hi;
  return (four.x + four.z) + (four.y + four.w);
}

INLINE float largest_of(f32x16 v) {
  const f32x8 eight = v.lo > v.hi ? v.lo : v.hi;
  const f32x4 four = eight.lo > eight.hi ? eight.lo : eight.hi;
  const float even = four.x > four.z ? four.x : four.z, odd = four.y > four.w ? four.y : four.w;
  return even > odd ? even : odd;
}

INLINE f32x16 floats_of_f16(const uint8_t *p) {
  f16x16 value;
  memcpy(&value, p, sizeof value);
  return __builtin_convertvector(value, f32x16);
}

INLINE f32x16 floats_of_bf16(const uint8_t *p) {
  u16x16 value;
  memcpy(&value, p, sizeof value);
  return __builtin_bit_cast(f32x16, __builtin_convertvector(value, u32x16) << 16);
}

#endif
