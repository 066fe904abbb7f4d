// Does one kernel's work some times over, for counting its instructions.
//
//   kernels CASE TIMES      product-TYPE-TOKENS, quantize, attention-f16, attention-q8, rms-norm, softmax, silu,
//                           linear-TOKENS, linear-gelu-TOKENS, linear-encode, linear-finish (of the encoder),
//                           index-dots, index-signs, index-float-dots, index-quantize (24 vectors of 384)
//
// The work does not depend on the numbers, so zeros do. Which instruction set: WEIR_KERNELS.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CWeirKernels.h"

enum { ROWS = 256, COLUMNS = 768, TOKENS = 16, WIDTH = 64, BLOCKS = 4 };

static _Alignas(64) uint8_t panels[ROWS * COLUMNS * 4], cache[BLOCKS][1 << 16];
static uint8_t source[ROWS * COLUMNS * 4];
static float x[TOKENS * COLUMNS], y[TOKENS * COLUMNS], weight[COLUMNS], scales[TOKENS * COLUMNS];
static float scores[TOKENS][BLOCKS * WEIR_CACHE_POSITIONS];
static int8_t codes[TOKENS * COLUMNS];
static int32_t sums[TOKENS * COLUMNS], half_sums[TOKENS * COLUMNS];

typedef struct {
  const char *name;
  weir_weights type;
} named_type;

static const named_type types[] = {
  {"f32", WEIR_WEIGHTS_F32},   {"f16", WEIR_WEIGHTS_F16},   {"bf16", WEIR_WEIGHTS_BF16},
  {"q8_0", WEIR_WEIGHTS_Q8_0}, {"q5_0", WEIR_WEIGHTS_Q5_0}, {"q4_0", WEIR_WEIGHTS_Q4_0},
  {"q4_k", WEIR_WEIGHTS_Q4_K}, {"q5_k", WEIR_WEIGHTS_Q5_K}, {"q6_k", WEIR_WEIGHTS_Q6_K},
};

static void product(const weir_kernels *kernels, weir_weights type, size_t tokens, long times) {
  weir_pack(type, source, ROWS, COLUMNS, panels);
  const weir_product work = {
    .panels = panels, .rows = ROWS, .columns = COLUMNS, .end_panel = ROWS / WEIR_PANEL_ROWS, .tokens = tokens, .x = x,
    .x_stride = COLUMNS, .codes = codes, .scales = scales, .sums = sums, .half_sums = half_sums, .y = y,
    .y_stride = ROWS,
  };
  for (long i = 0; i < times; i++) weir_multiply(kernels, type, &work);
}

// Four queries of one head over all positions, as grouped heads share a key.
static void attention(const weir_kernels *kernels, weir_cache type, long times) {
  const uint8_t *blocks[BLOCKS];
  for (int b = 0; b < BLOCKS; b++) blocks[b] = cache[b];
  const weir_attention_step step = {.type = type, .blocks = blocks, .width = WIDTH, .scale = 0.125f};
  weir_attention_row rows[4];
  for (int r = 0; r < 4; r++)
    rows[r] = (weir_attention_row){.q = x + r * WIDTH, .out = y + r * WIDTH, .scores = scores[r],
                                   .end = BLOCKS * WEIR_CACHE_POSITIONS};
  for (long i = 0; i < times; i++) weir_attend(kernels, &step, rows, 4);
}

// The encoder's work on one map, and on what follows it; false where there is no such case.
static bool linear(const weir_kernels *kernels, const char *name, long times) {
  static _Alignas(64) uint8_t first[ROWS * COLUMNS * 2], second[ROWS * COLUMNS * 2];
  static int8_t inner[TOKENS * ROWS];
  static float inner_scales[TOKENS * ROWS], strip[TOKENS * 128];
  static int32_t inner_sums[TOKENS * ROWS];
  const weir_encoder_kernels *const k = kernels->encoder;
  const weir_linear map = {first, ROWS, COLUMNS}, next = {second, COLUMNS, ROWS};
  const weir_codes in = {codes, scales, sums}, out = {inner, inner_scales, inner_sums};
  const weir_encoder_finish finish = {
    .hidden = y, .update = x, .tokens = TOKENS, .columns = COLUMNS, .weight = weight, .bias = weight, .epsilon = 1e-5f,
    .next = &map, .codes = in,
  };
  if (weir_linear_bytes(ROWS, COLUMNS) > sizeof first || weir_linear_bytes(COLUMNS, ROWS) > sizeof second) abort();
  weir_linear_clear(first, ROWS, COLUMNS);
  weir_linear_clear(second, COLUMNS, ROWS);
  const size_t tokens = strcmp(name, "linear-1") == 0 || strcmp(name, "linear-gelu-1") == 0 ? 1 : TOKENS;
  for (long i = 0; i < times; i++) {
    if (strcmp(name, "linear-1") == 0 || strcmp(name, "linear-16") == 0) {
      k->linear(&map, tokens, &in, y, ROWS);
    } else if (strcmp(name, "linear-gelu-1") == 0 || strcmp(name, "linear-gelu-16") == 0) {
      k->linear_gelu(&map, tokens, &in, &next, &out, strip);
    } else if (strcmp(name, "linear-encode") == 0) {
      k->encode(&map, x, tokens, &in);
    } else if (strcmp(name, "linear-finish") == 0) {
      k->finish(&finish);
    } else {
      return false;
    }
  }
  return true;
}

// The vector index: a list of slots against one query, or one vector to codes and sign bits.
static bool search(const weir_kernels *kernels, const char *name, long times) {
  enum { LIST = 24, NUMBERS = 384 };
  const weir_index_kernels *const k = kernels->index;
  const weir_records records = {
    .base = source, .page_bytes = 16384, .header_bytes = 64, .record_bytes = 512, .shift = 4};
  const weir_code_query query = {.codes = codes, .bytes = NUMBERS};
  uint32_t slots[LIST];
  for (uint32_t i = 0; i < LIST; i++) slots[i] = i * 5 % 64;
  for (long i = 0; i < times; i++) {
    if (strcmp(name, "index-dots") == 0) {
      k->dots(&query, &records, slots, LIST, sums);
    } else if (strcmp(name, "index-signs") == 0) {
      k->distances(panels, NUMBERS / 8, &records, slots, LIST, (uint32_t *)sums);
    } else if (strcmp(name, "index-float-dots") == 0) {
      k->float_dots(x, NUMBERS, &records, slots, LIST, y);
    } else if (strcmp(name, "index-quantize") == 0) {
      scales[0] = k->quantize(x, NUMBERS, panels);
      k->signs(x, NUMBERS, panels);
    } else {
      return false;
    }
  }
  return true;
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  const weir_kernels *const kernels = weir_kernels_active();
  const char *const name = arguments[1];
  const long times = strtol(arguments[2], NULL, 10);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    char one[32], many[32];
    snprintf(one, sizeof one, "product-%s-1", types[i].name);
    snprintf(many, sizeof many, "product-%s-%d", types[i].name, TOKENS);
    if (strcmp(name, one) == 0) return product(kernels, types[i].type, 1, times), 0;
    if (strcmp(name, many) == 0) return product(kernels, types[i].type, TOKENS, times), 0;
  }
  if (strncmp(name, "linear", 6) == 0 && linear(kernels, name, times)) return 0;
  if (strncmp(name, "index", 5) == 0 && search(kernels, name, times)) return 0;
  if (strcmp(name, "attention-f16") == 0) return attention(kernels, WEIR_CACHE_F16, times), 0;
  if (strcmp(name, "attention-q8") == 0) return attention(kernels, WEIR_CACHE_Q8, times), 0;
  for (long i = 0; i < times; i++) {
    if (strcmp(name, "quantize") == 0) {
      kernels->quantize(x, TOKENS * COLUMNS / WEIR_BLOCK, codes, scales, sums, half_sums);
    } else if (strcmp(name, "rms-norm") == 0) {
      kernels->rms_norm(y, x, weight, 1e-5f, COLUMNS);
    } else if (strcmp(name, "softmax") == 0) {
      kernels->softmax(y, 1, COLUMNS);
    } else if (strcmp(name, "silu") == 0) {
      kernels->silu_multiply(y, x, TOKENS * COLUMNS);
    } else {
      fprintf(stderr, "kernels: there is no case %s\n", name);
      return 64;
    }
  }
  return 0;
}
