// Attention of one head, put together from the kernels' products so that every instruction set shares it.
#include "kernels.h"

static size_t rounded_up(size_t n) { return (n + WEIR_PANEL_ROWS - 1) / WEIR_PANEL_ROWS * WEIR_PANEL_ROWS; }

// Keys as panels (tokens x width), values as panels (width x tokens), and the scores (tokens x tokens).
size_t weir_attention_scratch(size_t tokens, size_t width) {
  return rounded_up(tokens) * width + rounded_up(width) * tokens + tokens * tokens;
}

void weir_attend_all(const weir_kernels *kernels, const weir_attention *a) {
  const size_t tokens = a->tokens, width = a->width;
  float *const keys = a->scratch;
  float *const values = keys + rounded_up(tokens) * width;
  float *const scores = values + rounded_up(width) * tokens;
  for (size_t t = 0; t < rounded_up(tokens); t++) {
    float *const lane = keys + t / WEIR_PANEL_ROWS * WEIR_PANEL_ROWS * width + t % WEIR_PANEL_ROWS;
    for (size_t i = 0; i < width; i++) lane[i * WEIR_PANEL_ROWS] = t < tokens ? a->k[t * a->stride + i] : 0;
  }
  for (size_t first = 0; first < width; first += WEIR_PANEL_ROWS) {
    const size_t count = width - first < WEIR_PANEL_ROWS ? width - first : WEIR_PANEL_ROWS;
    float *column = values + first * tokens;
    for (size_t t = 0; t < tokens; t++, column += WEIR_PANEL_ROWS) {
      for (size_t i = count; i < WEIR_PANEL_ROWS; i++) column[i] = 0;
      memcpy(column, a->v + t * a->stride + first, count * sizeof(float));
    }
  }
  const weir_product by_keys = {
    .panels = (const uint8_t *)keys, .rows = tokens, .columns = width,
    .end_panel = rounded_up(tokens) / WEIR_PANEL_ROWS, .tokens = tokens, .x = a->q, .x_stride = a->stride, .y = scores, .y_stride = tokens,
  };
  kernels->product[WEIR_WEIGHTS_F32](&by_keys);
  for (size_t t = 0; t < tokens; t++) kernels->softmax(scores + t * tokens, a->scale, tokens);
  const weir_product by_values = {
    .panels = (const uint8_t *)values, .rows = width, .columns = tokens,
    .end_panel = rounded_up(width) / WEIR_PANEL_ROWS, .tokens = tokens, .x = scores, .x_stride = tokens, .y = a->out, .y_stride = a->out_stride,
  };
  kernels->product[WEIR_WEIGHTS_F32](&by_values);
}

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
