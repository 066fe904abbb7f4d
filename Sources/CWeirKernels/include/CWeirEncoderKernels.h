// The arithmetic of the encoder: int8 linear maps with one scale a row, and what stands between them, fused.
//
// The sums of a row run over groups of 128 columns, each an exact integer, so that an integer becomes a float once in
// 128 columns, and the weights' scale is multiplied once a row. The rules of CWeirKernels.h hold: one defined order of
// every floating-point sum, so the same input gives the same bits on every instruction set, alone or beside other
// tokens. encoder_scalar.c is the readable definition.
#ifndef CWEIRENCODERKERNELS_H
#define CWEIRENCODERKERNELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum {
  WEIR_LINEAR_ROWS = 32,   // rows of a panel
  WEIR_LINEAR_GROUP = 128, // columns whose activations share a scale
};

// A linear map, y = W x + b, packed as one stretch of memory, 64-byte aligned:
//   multipliers   for each column an F32 that the input is multiplied with before it is rounded, 1 / smoothing; zeros up
//                 to a whole number of 16
//   panels        of 32 rows each: 32 F32 scales, 32 F32 biases, then for each group of 4 columns 32 x 4 codes + 128
// Columns are padded to a multiple of 16, rows to whole panels, with zeros (code 128).
typedef struct {
  const uint8_t *packed;
  size_t rows, columns;
} weir_linear;

// Columns as they are packed: a multiple of 16.
static inline size_t weir_linear_padded(size_t columns) { return (columns + 15) / 16 * 16; }
static inline size_t weir_linear_groups(size_t columns) {
  return (columns + WEIR_LINEAR_GROUP - 1) / WEIR_LINEAR_GROUP;
}

// The caller rules out overflow.
size_t weir_linear_bytes(size_t rows, size_t columns);

// Zeros everywhere; then the smoothing is set, then row after row.
void weir_linear_clear(uint8_t *packed, size_t rows, size_t columns);
// Outliers of the input are divided by `smoothing` (positive, one a column), the weights multiplied: the product is the
// same, but both round better (SmoothQuant; Xiao et al., 2022).
void weir_linear_set_smoothing(uint8_t *packed, size_t columns, const float *smoothing);

// Tokens as codes: for each token the padded columns, a scale and the sum of codes for each group of 128.
typedef struct {
  int8_t *codes;   // tokens x weir_linear_padded(columns), zeros beyond the columns
  float *scales;   // tokens x weir_linear_groups(columns)
  int32_t *sums;   // the same
} weir_codes;

// hidden = norm(hidden + update), token by token; `codes` is what `next` reads of it, unless there is no next one.
typedef struct {
  float *hidden;        // tokens x columns
  const float *update;  // the same
  size_t tokens, columns;
  const float *weight, *bias;
  float epsilon;
  const weir_linear *_Nullable next;
  weir_codes codes;
} weir_encoder_finish;

// Every token attends to every token, all heads: out = softmax(q k^T / sqrt(width)) v.
typedef struct {
  const float *qkv;  // tokens x 3 * heads * width: a token's queries, keys, values
  float *out;        // tokens x heads * width
  size_t tokens, heads, width;
  float scale;
  float *scratch;    // weir_encoder_attention_scratch floats, 64-byte aligned
} weir_encoder_attention;
size_t weir_encoder_attention_scratch(size_t tokens, size_t width);

typedef struct {
  // y = W x + b, tokens x rows, `stride` floats from one token to the next. For each row the groups ascend: one fused
  // multiply-add of the group's scale and its integer sum; then one with the row's scale and bias.
  void (*linear)(const weir_linear *map, size_t tokens, const weir_codes *x, float *y, size_t stride);
  // Codes of gelu(W x + b) for `next`: y never lies in memory as a whole. `strip` has tokens x 128 floats.
  void (*linear_gelu)(const weir_linear *map, size_t tokens, const weir_codes *x, const weir_linear *next,
                      const weir_codes *out, float *strip);
  // Codes of tokens x map->columns floats: v = x * multiplier; for each group scale = max|v| / 127, code =
  // v * (127 / max|v|) rounded half to even and held in -127...127; zeros where max|v| is at most 1e-30.
  void (*encode)(const weir_linear *map, const float *x, size_t tokens, const weir_codes *out);
  // Row `row` of a map: v = w * smoothing, rounded to int8 as `encode` does, but with one scale for the row.
  void (*set_row)(uint8_t *packed, size_t columns, size_t row, const float *weights,
                  const float *smoothing, float bias);
  // Blocks of Q8_0 as GGUF has them (an F16 scale, 32 signed codes) to floats.
  void (*unpack_q8_0)(const uint8_t *source, size_t blocks, float *out);
  void (*finish)(const weir_encoder_finish *finish);
  void (*attend)(const weir_encoder_attention *attention);
} weir_encoder_kernels;

#pragma clang assume_nonnull end

#endif
