// The index's kernels in terms of lanes; included once by each instruction set's file, which defines first
//   i32x16 dot_pairs(i32x16 sum, u8x64 codes, u8x64 query)  lane r: sum + the 4 products of bytes 4 r ... 4 r + 3; the
//                                                           query's are signed, codes count as in dot_bytes
// and may define DIFFERING_BITS with
//   uint32_t differing_bits(const uint8_t *a, const uint8_t *b, size_t bytes)  whole words of 8 bytes
#include "lanes_records.h"

typedef bool boolx16 __attribute__((ext_vector_type(16)));

// MARK: products

static void index_dots(const weir_code_query *query, const weir_records *records, const uint32_t *slots, size_t count,
                       int32_t *out) {
  for (size_t i = 0; i < count; i += GROUP_OF_VECTORS) {
    ask_ahead(records, slots, i, count, query->bytes);
    const uint8_t *group[GROUP_OF_VECTORS];
    group_of_records(records, slots, i, count, group);
    i32x16 sums[GROUP_OF_VECTORS] = {0};
    for (size_t k = 0; k < query->bytes; k += WEIR_CODES_STEP) {
      const u8x64 piece = load_bytes(query->codes + k);
      UNROLL for (int v = 0; v < GROUP_OF_VECTORS; v++) sums[v] = dot_pairs(sums[v], load_bytes(group[v] + k), piece);
    }
    store_group(out + i, sums_of_four(sums) - DOT_BYTES_OFFSET * query->sum, i, count);
  }
}

static int32_t index_dot(const weir_code_query *query, const uint8_t *codes) {
  i32x16 sum = 0;
  for (size_t k = 0; k < query->bytes; k += WEIR_CODES_STEP)
    sum = dot_pairs(sum, load_bytes(codes + k), load_bytes(query->codes + k));
  return __builtin_reduce_add(sum) - DOT_BYTES_OFFSET * query->sum;
}

static void index_float_dots(const float *x, size_t bytes, const weir_records *records, const uint32_t *slots,
                             size_t count, float *out) {
  for (size_t i = 0; i < count; i += GROUP_OF_VECTORS) {
    ask_ahead(records, slots, i, count, bytes);
    const uint8_t *group[GROUP_OF_VECTORS];
    group_of_records(records, slots, i, count, group);
    f32x16 sums[GROUP_OF_VECTORS] = {0};
    for (size_t k = 0; k < bytes; k += LANES) {
      const f32x16 piece = load(x + k);
      UNROLL for (int v = 0; v < GROUP_OF_VECTORS; v++) {
        u8x16 stored;
        memcpy(&stored, group[v] + k, sizeof stored);
        const i8x16 codes = (i8x16)(stored ^ WEIR_CODES_NEUTRAL);
        sums[v] = fused(piece, __builtin_convertvector(__builtin_convertvector(codes, i32x16), f32x16), sums[v]);
      }
    }
    for (size_t v = 0; v < GROUP_OF_VECTORS && i + v < count; v++) out[i + v] = sum_of(sums[v]);
  }
}

// MARK: sign bits

// Words of 64 with the count of the general registers; counting by vpshufb takes the same time at 384, 1024 and 4096 bits.
#ifndef DIFFERING_BITS
INLINE uint32_t differing_bits(const uint8_t *a, const uint8_t *b, size_t bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes; i += 8) {
    uint64_t first, second;
    memcpy(&first, a + i, sizeof first);
    memcpy(&second, b + i, sizeof second);
    sum += (uint64_t)__builtin_popcountll(first ^ second);
  }
  return (uint32_t)sum;
}
#endif

static void index_distances(const uint8_t *signs, size_t bytes, const weir_records *records, const uint32_t *slots,
                            size_t count, uint32_t *out) {
  for (size_t i = 0; i < count; i++) {
    if (i % GROUP_OF_VECTORS == 0) ask_ahead(records, slots, i, count, bytes);
    out[i] = differing_bits(signs, weir_record(records, slots[i]), bytes);
  }
}

static void index_signs(const float *x, size_t n, uint8_t *out) {
  memset(out, 0, weir_signs_bytes(n));
  for (size_t i = 0; i < n; i += LANES) {
    const f32x16 zero = 0, value = n - i < LANES ? load_some(x + i, n - i, 0) : load(x + i);
    const uint16_t bits = __builtin_bit_cast(uint16_t, __builtin_convertvector(value > zero, boolx16));
    memcpy(out + i / 8, &bits, sizeof bits);
  }
}

// MARK: codes

static float index_quantize(const float *x, size_t n, uint8_t *codes) {
  f32x16 most = 0;
  for (size_t i = 0; i < n; i += LANES) {
    const f32x16 value = magnitude(n - i < LANES ? load_some(x + i, n - i, 0) : load(x + i));
    most = value > most ? value : most;  // not a NaN
  }
  const float maximum = largest_of(most);
  const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
  const float factor = empty ? 0 : 127 / maximum;
  for (size_t i = 0; i < weir_codes_bytes(n); i += LANES) {
    const f32x16 high = 127, low = -127, zero = 0;
    f32x16 value = i >= n ? zero : n - i < LANES ? load_some(x + i, n - i, 0) : load(x + i);
    value = rounded(value * factor);
    value = value < high ? value : high;
    value = value > low ? value : low;
    const u8x16 narrow =
      __builtin_convertvector(__builtin_convertvector(value, i32x16) + WEIR_CODES_NEUTRAL, u8x16);
    memcpy(codes + i, &narrow, sizeof narrow);
  }
  return empty ? 0 : maximum / 127;
}

static int32_t index_query(const uint8_t *codes, size_t bytes, int8_t *out) {
  i32x16 sum = 0;
  for (size_t i = 0; i < bytes; i += LANES) {
    u8x16 stored;
    memcpy(&stored, codes + i, sizeof stored);
    const u8x16 one = 1;
    const i8x16 code = (i8x16)((stored > one ? stored : one) ^ WEIR_CODES_NEUTRAL);
    memcpy(out + i, &code, sizeof code);
    sum += __builtin_convertvector(code, i32x16);
  }
  return __builtin_reduce_add(sum);
}

// The index's table of the instruction set that includes this.
#define WEIR_INDEX_TABLE(its_distances)                                                                     \
  {                                                                                                         \
    .quantize = index_quantize, .query = index_query, .signs = index_signs, .dots = index_dots,             \
    .dot = index_dot, .distances = its_distances, .float_dots = index_float_dots,                           \
  }

static const weir_index_kernels index_kernels = WEIR_INDEX_TABLE(index_distances);
