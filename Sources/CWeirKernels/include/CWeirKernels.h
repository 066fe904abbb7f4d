// Level 0: the arithmetic of the three models, written once per instruction set.
//
// Everything here is pure computation on memory that the caller owns: nothing allocates, locks, logs or fails.
// The Swift target WeirTensor is the only caller and checks every count before it calls.
//
// One rule holds for all instruction sets: the same input gives the same bits. Integer sums are exact, and every
// floating-point sum has ONE defined order, so a prompt is routed the same way on every host. The orders are:
//   products      for each row, k ascending, one fused multiply-add a step
//   block types   for each row, block of 32 columns ascending. With u the codes as stored (unsigned) less the type's
//                 offset, x the activation's codes and s its scale:
//                   Q8_0 Q4_0 Q5_0   sum = fma(d * s, sum of u x, sum)
//                   Q4_K Q5_K        sum = fma((d * scale) * s, sum of u x, sum), then
//                                    sum = fma(-(dmin * minimum), s * sum of x, sum)
//                   Q6_K             sum = fma((d * scale) * s, sum of u x, sum) for columns 0-15, then for 16-31
//                 Sums of codes are exact integers that a float holds exactly; d * scale and dmin * minimum are exact
//                 in a float as well, so that each step rounds where it is written and nowhere else.
//   reductions    sixteen lanes, element i in lane i % 16, ascending; then lanes j and j+8, j+4, j+2, j+1 are added
// kernels_scalar.c is the readable definition; the tests compare the others with it bit by bit.
#ifndef CWEIRKERNELS_H
#define CWEIRKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CWeirEncoderKernels.h"
#include "CWeirIndexKernels.h"

#pragma clang assume_nonnull begin

// How weights are packed. A panel is 16 rows of one matrix; a vector lane is a row.
//   F32, F16, BF16   for each column: the 16 rows' values
//   Q8_0             for each 32 columns: 16 F16 scales, then for each group of 4 columns 16 x 4 codes + 128
//   Q4_0             for each 32 columns: 16 F16 scales, then for each group of 8 columns 16 x 4 bytes; the low
//                    nibble is column j, the high nibble column j + 4 of the group, both are code + 8
//   Q5_0             as Q4_0 with the low four bits of code + 16, then 16 x 4 bytes of fifth bits: bit g of byte j
//                    belongs to column 4 g + j
//   Q4_K             for each 256 columns: 16 F16 d, 16 F16 dmin; then for each 32 columns: 16 scales of a byte, 16
//                    minima of a byte, nibbles as in Q4_0 (codes without an offset)
//   Q5_K             as Q4_K, and fifth bits as in Q5_0 after the nibbles
//   Q6_K             for each 256 columns: 16 F16 d; then for each 32 columns: 16 signed scales of its first 16 columns,
//                    16 of its last; nibbles as in Q4_0 with the low four bits of code + 32; then two times 16 x 4
//                    bytes with the two high bits: bits 2 g and 2 g + 1 of byte j of the first belong to column
//                    4 g + j, of the second to column 16 + 4 g + j
// Rows beyond the matrix are packed as zeros, so that a panel is always whole.
enum {
  WEIR_PANEL_ROWS = 16,
  WEIR_BLOCK = 32,
  WEIR_SUPER_BLOCK = 256,
  // The address of a packed matrix is a multiple of this.
  WEIR_PANEL_ALIGNMENT = 64,
};

// A new type needs: a line here, its layout in kernels.h and panels_blocks.c, its blocks in scalar_products.h and in
// lanes_blocks.h.
typedef enum {
  WEIR_WEIGHTS_F32,
  WEIR_WEIGHTS_F16,
  WEIR_WEIGHTS_BF16,
  WEIR_WEIGHTS_Q8_0,
  WEIR_WEIGHTS_Q4_0,
  WEIR_WEIGHTS_Q5_0,
  WEIR_WEIGHTS_Q4_K,
  WEIR_WEIGHTS_Q5_K,
  WEIR_WEIGHTS_Q6_K,
  WEIR_WEIGHTS_COUNT,
} weir_weights;

// y[t][r] = bias[r] + sum over k of w[r][k] * x[t][k], for the rows of panels first_panel ..< end_panel.
typedef struct {
  const uint8_t *panels;  // the whole matrix, packed, 64-byte aligned
  size_t rows, columns;   // of the whole matrix
  size_t first_panel, end_panel;
  size_t tokens;
  const float *x;         // tokens rows of x_stride floats; read by float types
  size_t x_stride;
  const int8_t *codes;    // tokens rows of `columns` codes; read by block types, as are the three below
  const float *scales;    // tokens rows of columns / 32
  const int32_t *sums;    // tokens rows of columns / 32: the sum of a block's codes
  const int32_t *half_sums;  // tokens rows of columns / 32: the sum of a block's first 16 codes
  const float *_Nullable bias;  // `rows` floats, or NULL
  float *y;               // tokens rows of y_stride floats
  size_t y_stride;
} weir_product;

typedef void (*weir_product_function)(const weir_product *product);

// Attention of a decoder over its cache. The cache is made of blocks of 64 positions; a block holds, for each layer and
// head, the keys as panels of 16 positions (a lane is a position) and the values as panels of 16 elements (a lane is an
// element), so that both products stream:
//   F16  keys [4][width][16], values [width / 16 rounded up][64][16], halves
//   Q8   64 F32 scales of keys, 64 of values, then the same as int8 codes: scale = max|x| / 127 of one position
enum { WEIR_CACHE_POSITIONS = 64, WEIR_ATTENTION_ROWS = 6 };
typedef enum { WEIR_CACHE_F16, WEIR_CACHE_Q8 } weir_cache;

// Bytes of one head in a block, a multiple of 64 where width is one of 16.
size_t weir_cache_head_bytes(weir_cache type, size_t width);

// out = softmax(scale * q k^T) v over the positions first ..< end. `scores` has room for `end` rounded up to 64.
typedef struct {
  const float *q;
  float *out, *scores;
  size_t first, end;
} weir_attention_row;

typedef struct {
  weir_cache type;
  const uint8_t *_Nonnull const *_Nonnull blocks;  // block b holds the positions from 64 b on
  size_t head_offset;                     // bytes from a block's start to this head
  size_t width;                           // elements of a head
  float scale;
  float cap;  // above 0: scores are held within +-cap by tanh before the softmax
} weir_attention_step;

// The fastest int8 products of an instruction set, in registers alone.
typedef struct {
  uint64_t (*run)(size_t steps);  // gives the sum of all products, so that none can be left out
  size_t products;                // that a step makes
} weir_probe;

typedef struct {
  const char *name;
  weir_product_function _Nonnull product[WEIR_WEIGHTS_COUNT];

  // Blocks of 32 floats to int8: scale = max|x| / 127, code = x * (127 / max|x|) rounded half to even and held in
  // -127...127. A block whose max|x| is at most 1e-30 becomes zeros with scale zero.
  void (*quantize)(const float *x, size_t blocks, int8_t *codes, float *scales, int32_t *sums, int32_t *half_sums);

  float (*dot)(const float *a, const float *b, size_t n);
  float (*sum)(const float *x, size_t n);
  float (*largest)(const float *x, size_t n);                          // n >= 1
  void (*add)(float *y, const float *x, size_t n);                     // y += x
  void (*add_scaled)(float *y, const float *x, float scale, size_t n); // y += scale * x
  void (*scale)(float *y, float scale, size_t n);                      // y *= scale
  void (*rms_norm)(float *y, const float *x, const float *weight, float epsilon, size_t n);
  void (*layer_norm)(float *y, const float *x, const float *weight, const float *bias, float epsilon, size_t n);
  void (*softmax)(float *x, float scale, size_t n);                    // x = softmax(scale * x), scale > 0, n >= 1
  void (*exponential)(float *x, size_t n);                             // below -87.3 gives 0; relative error 2e-7
  void (*gelu)(float *x, size_t n);                                    // x * (1 + erf(x / sqrt 2)) / 2
  void (*silu_multiply)(float *gate, const float *up, size_t n);       // gate = gate / (1 + exp(-gate)) * up
  void (*gelu_multiply)(float *gate, const float *up, size_t n);       // gate = gelu(gate) * up, tanh approximation
  void (*rotate_pairs)(float *x, const float *cosine, const float *sine, size_t pairs);   // (x[2i], x[2i+1])
  void (*rotate_halves)(float *x, const float *cosine, const float *sine, size_t pairs);  // (x[i], x[i+pairs])

  // What a row of logits sums to: plain = sum of e^d and weighted = sum of d e^d, with d = x - shift held above -100.
  // Each 256 elements are summed as all reductions are, and their sums are added as doubles, ascending.
  void (*exponential_sums)(const float *x, float shift, size_t n, double *plain, double *weighted);

  // The nearest halves, held within +-65504, because one infinity would spoil every sum.
  void (*halves)(uint16_t *y, const float *x, size_t n);

  // For 1...WEIR_ATTENTION_ROWS rows: scores[p] = q k[p] of the positions first ..< end (others may be written too), and
  // out = sum of scores[p] * v[p] over them, p ascending, one fused multiply-add a step.
  void (*attention_scores)(const weir_attention_step *s, const weir_attention_row *rows, size_t count, size_t first,
                           size_t end);
  void (*attention_mix)(const weir_attention_step *s, const weir_attention_row *rows, size_t count, size_t first,
                        size_t end);

  const weir_encoder_kernels *encoder;
  const weir_index_kernels *index;
  const weir_probe *probe;
} weir_kernels;

// Tables that this CPU can run, the scalar one first, the best one last; returns how many, at most `capacity`.
size_t weir_kernels_available(const weir_kernels *_Nullable *_Nonnull tables, size_t capacity);

// The best table, or the one that the environment variable WEIR_KERNELS names (scalar, avx2, avxvnni, avx512, neon,
// dotprod), if this CPU can run it. Decided at the first call.
const weir_kernels *weir_kernels_active(void);

static inline void weir_multiply(const weir_kernels *kernels, weir_weights type, const weir_product *product) {
  kernels->product[type](product);
}

// Bytes of a packed matrix; columns must be a multiple of 32 for block types, of 256 for K types. The caller rules out
// overflow.
size_t weir_packed_bytes(weir_weights type, size_t rows, size_t columns);

// Rows in GGUF's layout to panels. `source` may have any alignment.
void weir_pack(weir_weights type, const uint8_t *source, size_t rows, size_t columns, uint8_t *panels);

// One row of a packed matrix as floats.
void weir_unpack_row(weir_weights type, const uint8_t *panels, size_t row, size_t columns, float *out);

// Writes one head's key and value of one position, which counts from the block's start.
void weir_cache_store(const weir_kernels *kernels, weir_cache type, uint8_t *head, size_t width, size_t position, const float *key,
                      const float *value);

// Any number of queries of one head; what a row gets does not depend on the other rows. Queries that share `scores`
// are not allowed within WEIR_ATTENTION_ROWS of each other.
void weir_attend(const weir_kernels *kernels, const weir_attention_step *step, const weir_attention_row *rows,
                 size_t count);

// x = cap * tanh(x / cap)
void weir_soft_cap(const weir_kernels *kernels, float *x, size_t n, float cap);

// What the CPU can do at most; the caller takes the time. Both give a number that holds what was done, so that nothing of
// it can be left out.

// Reads all of `bytes`, a multiple of 256.
uint64_t weir_probe_read(const void *memory, size_t bytes);

// Makes the int8 products of `steps` steps of the table's probe; returns how many.
uint64_t weir_probe_products(const weir_kernels *kernels, size_t steps, uint64_t *sum);

#pragma clang assume_nonnull end

#endif
