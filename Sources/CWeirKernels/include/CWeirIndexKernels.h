// The arithmetic of the vector index: one query against many stored vectors, which are found by their slots.
//
// A vector of n numbers is stored as n codes of a byte, code + 128, with one scale: x[i] is about scale * (byte - 128).
// The stored operand is the unsigned one because the widest integer products (vpdpbusd) multiply unsigned bytes with
// signed ones: what the 128 counts too much is 128 * the sum of the query's codes, known once for a query, so a stored
// vector costs its loads and its products and nothing else. Codes are padded to whole 64 with code zero (byte 128).
// The rules of CWeirKernels.h hold: the same bits everywhere. index_scalar.c is the readable definition.
#ifndef CWEIRINDEXKERNELS_H
#define CWEIRINDEXKERNELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum {
  WEIR_CODES_STEP = 64,      // codes of a vector are a whole number of these
  WEIR_CODES_MOST = 4096,    // numbers of a vector
  WEIR_CODES_NEUTRAL = 128,  // the byte of code zero
};

// Bytes of a vector's codes.
static inline size_t weir_codes_bytes(size_t n) {
  return (n + WEIR_CODES_STEP - 1) / WEIR_CODES_STEP * WEIR_CODES_STEP;
}
// Bytes of a vector's sign bits: whole words of 64.
static inline size_t weir_signs_bytes(size_t n) { return (n + 63) / 64 * 8; }

// Where a part of every record lies. Pages hold 2^shift records each, behind a header; a record never crosses a page.
typedef struct {
  const uint8_t *base;  // of slot 0's page
  size_t page_bytes, header_bytes, record_bytes;
  size_t offset;        // of the part in a record
  uint32_t shift;
} weir_records;

static inline const uint8_t *weir_record(const weir_records *records, uint32_t slot) {
  const size_t page = slot >> records->shift, place = slot & (((size_t)1 << records->shift) - 1);
  return records->base + page * records->page_bytes + records->header_bytes + place * records->record_bytes +
         records->offset;
}

// Asks for memory that will be read soon. Addresses that are not mapped do no harm.
static inline void weir_prefetch(const uint8_t *first, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(first + i);
  if (bytes > 0) __builtin_prefetch(first + bytes - 1);
}

// A query as codes.
typedef struct {
  const int8_t *codes;  // -127...127, `bytes` of them
  size_t bytes;         // weir_codes_bytes(n)
  int32_t sum;          // of the codes
} weir_code_query;

typedef struct {
  // A vector's codes and scale: scale = max|x| / 127, code = x * (127 / max|x|) rounded half to even and held in
  // -127...127. A vector whose max|x| is at most 1e-30 becomes code zero with scale zero.
  float (*quantize)(const float *x, size_t n, uint8_t *codes);
  // Stored codes as a query's: byte - 128, a byte of 0 as -127. Returns their sum.
  int32_t (*query)(const uint8_t *codes, size_t bytes, int8_t *out);
  // Bit i % 8 of byte i / 8 is set where x[i] > 0; bits beyond n are zero.
  void (*signs)(const float *x, size_t n, uint8_t *out);

  // out[i] = sum of query code * stored code over the vector of slots[i]: exact, below 2^27 in magnitude.
  void (*dots)(const weir_code_query *query, const weir_records *records, const uint32_t *slots, size_t count,
               int32_t *out);
  // The same for one vector.
  int32_t (*dot)(const weir_code_query *query, const uint8_t *codes);
  // out[i] = how many of the query's sign bits differ from those of slots[i]; `bytes` is weir_signs_bytes(n).
  void (*distances)(const uint8_t *signs, size_t bytes, const weir_records *records, const uint32_t *slots,
                    size_t count, uint32_t *out);
  // out[i] = sum of x[k] * stored code k, summed as all reductions are: `x` has as many floats as a vector has bytes,
  // zeros beyond n. Times the vector's scale it is the similarity, but for the rounding of the stored side.
  void (*float_dots)(const float *x, size_t bytes, const weir_records *records, const uint32_t *slots, size_t count,
                     float *out);
} weir_index_kernels;

#pragma clang assume_nonnull end

#endif
