// Attention of a decoder, put together from the kernels' products so that every instruction set shares it.
#include "kernels.h"

// tanh(x) = 1 - 2 / (1 + e^2x): one exponential, whose limits are those of tanh.
void weir_soft_cap(const weir_kernels *kernels, float *x, size_t n, float cap) {
  kernels->scale(x, 2 / cap, n);
  kernels->exponential(x, n);
  for (size_t i = 0; i < n; i++) x[i] = cap * (1 - 2 / (1 + x[i]));
}

// What lies in first ..< end but outside a row's own range counts nothing in the weighted sum.
static void weigh(const weir_kernels *kernels, const weir_attention_step *s, const weir_attention_row *row,
                  size_t first, size_t end) {
  float scale = s->scale, *const own = row->scores + row->first;
  const size_t count = row->end - row->first;
  if (s->cap > 0) {
    kernels->scale(own, scale, count);
    weir_soft_cap(kernels, own, count, s->cap);
    scale = 1;
  }
  kernels->softmax(own, scale, count);
  if (s->type == WEIR_CACHE_Q8)
    for (size_t p = row->first; p < row->end; p++)
      row->scores[p] *= ((const float *)(s->blocks[p / WEIR_CACHE_POSITIONS] + s->head_offset))[
        WEIR_CACHE_POSITIONS + p % WEIR_CACHE_POSITIONS];
  for (size_t p = first; p < row->first; p++) row->scores[p] = 0;
  for (size_t p = row->end; p < end; p++) row->scores[p] = 0;
}

void weir_attend(const weir_kernels *kernels, const weir_attention_step *s, const weir_attention_row *rows,
                 size_t count) {
  while (count > 0) {
    // Rows left over are spread: 7 are 4 and 3, which costs less than 6 and 1.
    const size_t tiles = (count + WEIR_ATTENTION_ROWS - 1) / WEIR_ATTENTION_ROWS, size = (count + tiles - 1) / tiles;
    size_t first = rows[0].first, end = rows[0].end;
    for (size_t r = 1; r < size; r++) {
      first = rows[r].first < first ? rows[r].first : first;
      end = rows[r].end > end ? rows[r].end : end;
    }
    kernels->attention_scores(s, rows, size, first, end);
    for (size_t r = 0; r < size; r++) weigh(kernels, s, rows + r, first, end);
    kernels->attention_mix(s, rows, size, first, end);
    rows += size;
    count -= size;
  }
}
