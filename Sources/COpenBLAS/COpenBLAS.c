#include "COpenBLAS.h"

#include <cblas.h>

void weir_sgemm(
    bool transpose_a, bool transpose_b, int32_t rows, int32_t columns, int32_t inner, float alpha, const float *a,
    int32_t a_stride, const float *b, int32_t b_stride, float beta, float *c, int32_t c_stride) {
  cblas_sgemm(
      CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, rows, columns,
      inner, alpha, a, a_stride, b, b_stride, beta, c, c_stride);
}
