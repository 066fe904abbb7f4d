// Measures the products alone: the matrices of one forward pass, random weights, one thread.
//
// For each type and number of tokens: tokens a second, bytes of weights a second, products a second, from the median of
// some passes in processor time. Quantizing the activations counts, as it does in a model. The head is read for one
// token where more than eight pass at once. K types need rows of whole super-blocks, so that their widths are rounded
// down to a multiple of 256.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CWeirKernels.h"

static const char *const names[] = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q5_0", "Q4_K", "Q5_K", "Q6_K"};

typedef struct {
  const char *name;
  size_t layers, vocabulary, width, key_values, inner;
} model;

static const model models[] = {
  {"smollm2-135m", 30, 49152, 576, 192, 1536},
  {"qwen2.5-0.5b", 24, 151936, 896, 128, 4864},
};

enum { MOST_TOKENS = 512, MOST_RUNS = 25 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static uint32_t state = 1;
static uint32_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void *memory(size_t bytes) {
  void *const result = aligned_alloc(WEIR_PANEL_ALIGNMENT, (bytes + 4095) / 64 * 64);
  if (!result) exit(2);
  return result;
}

// Activations and results of the largest product.
static float *x, *y, *scales;
static int8_t *codes;
static int32_t *sums, *half_sums;

static void multiply(const weir_kernels *k, weir_weights type, const uint8_t *panels, size_t rows, size_t columns,
                     size_t tokens) {
  k->quantize(x, tokens * columns / WEIR_BLOCK, codes, scales, sums, half_sums);
  const weir_product product = {
    .panels = panels, .rows = rows, .columns = columns, .end_panel = (rows + WEIR_PANEL_ROWS - 1) / WEIR_PANEL_ROWS,
    .tokens = tokens, .x = x, .x_stride = columns, .codes = codes, .scales = scales, .sums = sums,
    .half_sums = half_sums, .y = y, .y_stride = rows,
  };
  weir_multiply(k, type, &product);
}

static void measure(const weir_kernels *k, const model *m, weir_weights type, size_t tokens) {
  const bool is_k = type >= WEIR_WEIGHTS_Q4_K;
  const size_t width = is_k ? m->width / 256 * 256 : m->width;
  const size_t shapes[4][2] = {
    {width + 2 * m->key_values, width}, {width, width}, {2 * m->inner, width}, {width, m->inner}};
  const weir_weights head = type >= WEIR_WEIGHTS_Q8_0 ? WEIR_WEIGHTS_Q8_0 : type;
  const size_t head_tokens = tokens > 8 ? 1 : tokens, head_bytes = weir_packed_bytes(head, m->vocabulary, width);
  size_t layer_bytes = 0, elements = 0;
  for (int i = 0; i < 4; i++) {
    layer_bytes += weir_packed_bytes(type, shapes[i][0], shapes[i][1]);
    elements += shapes[i][0] * shapes[i][1];
  }
  const size_t bytes = m->layers * layer_bytes + head_bytes;
  uint8_t *const weights = memory(bytes);
  // Any bits that are no infinity and no NaN as floats of 16 bits.
  for (size_t i = 0; i < bytes / 2; i++) {
    const uint16_t value = (uint16_t)(random_bits() & 0x8fff);
    memcpy(weights + 2 * i, &value, sizeof value);
  }
  double times[MOST_RUNS];
  const int runs = tokens < 64 ? MOST_RUNS : 7;
  for (int run = 0; run < runs; run++) {
    const double start = seconds();
    const uint8_t *panels = weights;
    for (size_t layer = 0; layer < m->layers; layer++)
      for (int i = 0; i < 4; i++) {
        multiply(k, type, panels, shapes[i][0], shapes[i][1], tokens);
        panels += weir_packed_bytes(type, shapes[i][0], shapes[i][1]);
      }
    multiply(k, head, panels, m->vocabulary, width, head_tokens);
    times[run] = seconds() - start;
  }
  free(weights);
  qsort(times, (size_t)runs, sizeof *times, compare);
  const double median = times[runs / 2];
  const double products = (double)(m->layers * elements * tokens) + (double)(m->vocabulary * width * head_tokens);
  printf("| %s | %s | %s | %zu | %.2f | %.0f | %.1f | %.0f |\n", k->name, m->name, names[type], tokens, median * 1e3,
         (double)tokens / median, (double)bytes / median / 1e9, products / median / 1e9);
  fflush(stdout);
}

int main(int count, char **arguments) {
  static const size_t tokens[] = {1, 2, 4, 6, 8, 16, 128, 512};
  const size_t most = MOST_TOKENS * (size_t)10000;
  x = memory(most * sizeof *x);
  y = memory(most * sizeof *y);
  codes = memory(most);
  scales = memory(most / 8);
  sums = memory(most / 8);
  half_sums = memory(most / 8);
  for (size_t i = 0; i < most; i++) x[i] = (float)((int)(random_bits() & 1023) - 512) / 512;
  const weir_kernels *const k = weir_kernels_active();
  printf("| table | shapes | type | tokens | ms | tokens/s | GB/s | G products/s |\n|---|---|---|---|---|---|---|---|\n");
  for (size_t m = 0; m < sizeof models / sizeof *models; m++)
    for (int type = WEIR_WEIGHTS_F32; type < WEIR_WEIGHTS_COUNT; type++) {
      bool wanted = count < 2;
      for (int i = 1; i < count; i++)
        if (strcmp(arguments[i], names[type]) == 0 || strcmp(arguments[i], models[m].name) == 0) wanted = true;
      for (size_t t = 0; wanted && t < sizeof tokens / sizeof *tokens; t++)
        measure(k, &models[m], (weir_weights)type, tokens[t]);
    }
  return 0;
}
