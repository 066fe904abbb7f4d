#include "COpenBLAS.h"

#include <cblas.h>
#include <pthread.h>

// The serial OpenBLAS keeps its packing buffers for one caller at a time: two at once give other sums now and then.
static pthread_mutex_t one_caller = PTHREAD_MUTEX_INITIALIZER;

void weir_sgemm(
    bool transpose_a, bool transpose_b, int32_t rows, int32_t columns, int32_t inner, float alpha, const float *a,
    int32_t a_stride, const float *b, int32_t b_stride, float beta, float *c, int32_t c_stride) {
  pthread_mutex_lock(&one_caller);
  cblas_sgemm(
      CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, rows, columns,
      inner, alpha, a, a_stride, b, b_stride, beta, c, c_stride);
  pthread_mutex_unlock(&one_caller);
}
