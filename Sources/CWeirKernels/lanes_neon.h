// What the two NEON files share, in terms of
//   i32x4 add_products(i32x4 sum, int8x16_t weights, int8x16_t x)  lane r: sum + the 4 products of bytes 4 r ... 4 r + 3
#include "lanes.h"

INLINE i32x16 dot_signed(i32x16 sum, u8x64 codes, u8x64 x) {
  i32x16 result;
  result.lo.lo = add_products(sum.lo.lo, (int8x16_t)codes.lo.lo, (int8x16_t)x.lo.lo);
  result.lo.hi = add_products(sum.lo.hi, (int8x16_t)codes.lo.hi, (int8x16_t)x.lo.hi);
  result.hi.lo = add_products(sum.hi.lo, (int8x16_t)codes.hi.lo, (int8x16_t)x.hi.lo);
  result.hi.hi = add_products(sum.hi.hi, (int8x16_t)codes.hi.hi, (int8x16_t)x.hi.hi);
  return result;
}

INLINE u8x64 repeated(int32_t four) {
  const i32x16 value = four;
  return (u8x64)value;
}

INLINE i32x16 dot_bytes(i32x16 sum, u8x64 codes, int32_t four) { return dot_signed(sum, codes ^ 128, repeated(four)); }

INLINE i32x16 dot_small(i32x16 sum, u8x64 codes, int32_t four) { return dot_signed(sum, codes, repeated(four)); }

INLINE i32x16 dot_pairs(i32x16 sum, u8x64 codes, u8x64 query) { return dot_signed(sum, codes ^ 128, query); }

#define DIFFERING_BITS

// At most 4096 bits, so that no lane of 16 bits overflows.
INLINE uint32_t differing_bits(const uint8_t *a, const uint8_t *b, size_t bytes) {
  uint16x8_t sums = vdupq_n_u16(0);
  size_t i = 0;
  for (; i + 16 <= bytes; i += 16) sums = vpadalq_u8(sums, vcntq_u8(veorq_u8(vld1q_u8(a + i), vld1q_u8(b + i))));
  uint32_t rest = 0;
  if (i < bytes) rest = vaddv_u8(vcnt_u8(veor_u8(vld1_u8(a + i), vld1_u8(b + i))));
  return rest + vaddvq_u16(sums);
}
