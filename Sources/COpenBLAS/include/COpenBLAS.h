// The one routine of OpenBLAS that training uses; cblas.h stays in COpenBLAS.c.
#ifndef WEIR_COPENBLAS_H
#define WEIR_COPENBLAS_H

#include <stdbool.h>
#include <stdint.h>

// c = alpha op(a) op(b) + beta c, all row-major: c is rows x columns, op(a) rows x inner, op(b) inner x columns; op
// transposes where asked. Strides are the distances between rows as they are stored. Runs on the caller's thread; several
// threads may call at once.
void weir_sgemm(
    bool transpose_a, bool transpose_b, int32_t rows, int32_t columns, int32_t inner, float alpha, const float *a,
    int32_t a_stride, const float *b, int32_t b_stride, float beta, float *c, int32_t c_stride);

#endif
