// Compares every kernel table of this CPU with the scalar one, bit by bit, at every size. The Swift tests do the same
// on the build machine; this program does it where Swift tests cannot run, such as under emulation. Its input is the
// same everywhere, so the digests that it prints must be equal on all machines.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CWeirKernels.h"

enum { MOST = 1 << 17 };
static float a[MOST], b[MOST], c[MOST], first[MOST], second[MOST];
static int8_t codes[2][MOST];
static float scales[2][MOST];
static int32_t sums[2][MOST], half_sums[2][MOST];
static uint8_t source[MOST * 4];
static _Alignas(64) uint8_t panels[MOST * 8];
static unsigned long comparisons, failures;

static uint64_t state, digest;
static uint32_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}
static void fill(float *x, size_t n, float range) {
  for (size_t i = 0; i < n; i++) x[i] = ((float)(random_bits() >> 8) / 8388608 - 1) * range;
}
static void expect_same(const void *x, const void *y, size_t bytes, const char *table, const char *what, size_t size) {
  comparisons++;
  for (size_t i = 0; i < bytes; i++) digest = (digest ^ ((const uint8_t *)x)[i]) * 1099511628211u;  // FNV-1a
  if (memcmp(x, y, bytes) == 0) return;
  if (failures++ < 20) printf("%s: %s differs from scalar at size %zu\n", table, what, size);
}

// Weights of every bit pattern except for infinite and NaN scales or values, which compare as they fall.
static size_t make_weights(weir_weights type, size_t rows, size_t columns) {
  static const size_t block_bytes[] = {4, 2, 2, 34, 18, 22, 144, 176, 210};
  static const size_t block[] = {1, 1, 1, 32, 32, 32, 256, 256, 256};
  const size_t count = rows * columns / block[type], bytes = block_bytes[type];
  for (size_t i = 0; i < count * bytes; i++) source[i] = (uint8_t)random_bits();
  for (size_t i = 0; i < count; i++) {
    if (type == WEIR_WEIGHTS_F32) {
      const float value = ((float)(random_bits() >> 8) / 8388608 - 1) * 2;
      memcpy(source + i * 4, &value, 4);
    } else {
      // The high byte of the F16 scale (there may be a second after it), or of the F16 or BF16 value.
      uint8_t *const high = source + i * bytes + (type == WEIR_WEIGHTS_Q6_K ? 209 : 1);
      *high = (uint8_t)((*high & 0x83) | (type == WEIR_WEIGHTS_BF16 ? 0x3c : 0x30));
      if (type == WEIR_WEIGHTS_Q4_K || type == WEIR_WEIGHTS_Q5_K) high[2] = (uint8_t)((high[2] & 0x83) | 0x30);
    }
  }
  return count * bytes;
}

static void compare_products(const weir_kernels *scalar, const weir_kernels *other, size_t rows, size_t columns,
                             size_t tokens) {
  for (int type = 0; type < WEIR_WEIGHTS_COUNT; type++) {
    if (type >= WEIR_WEIGHTS_Q8_0 && columns % WEIR_BLOCK) continue;
    if (type >= WEIR_WEIGHTS_Q4_K && columns % WEIR_SUPER_BLOCK) continue;
    make_weights((weir_weights)type, rows, columns);
    weir_pack((weir_weights)type, source, rows, columns, panels);
    fill(a, tokens * columns, 2);
    fill(b, rows, 1);
    scalar->quantize(a, tokens * columns / WEIR_BLOCK, codes[0], scales[0], sums[0], half_sums[0]);
    weir_product p = {
      .panels = panels, .rows = rows, .columns = columns, .end_panel = (rows + 15) / 16, .tokens = tokens, .x = a,
      .x_stride = columns, .codes = codes[0], .scales = scales[0], .sums = sums[0], .half_sums = half_sums[0], .bias = rows % 2 ? b : NULL,
      .y_stride = rows,
    };
    p.y = first;
    weir_multiply(scalar, (weir_weights)type, &p);
    p.y = second;
    weir_multiply(other, (weir_weights)type, &p);
    expect_same(first, second, tokens * rows * 4, other->name, "product", rows * 10000 + columns);
  }
}

static void compare_vectors(const weir_kernels *scalar, const weir_kernels *other, size_t n) {
  fill(a, 2 * n, 9);
  fill(b, n, 2);
  fill(c, n, 2);
#define COMPARE(operation, ...)                                          \
  do {                                                                   \
    const weir_kernels *k = scalar;                                      \
    float *y = first;                                                    \
    memcpy(first, a, 2 * n * 4);                                         \
    memcpy(second, a, 2 * n * 4);                                        \
    k->operation(__VA_ARGS__);                                           \
    k = other;                                                           \
    y = second;                                                          \
    k->operation(__VA_ARGS__);                                           \
    expect_same(first, second, 2 * n * 4, other->name, #operation, n);   \
  } while (0)
  COMPARE(add, y, b, n);
  COMPARE(add_scaled, y, b, 0.7f, n);
  COMPARE(scale, y, 0.3f, n);
  COMPARE(rms_norm, y, y, b, 1e-5f, n);
  COMPARE(layer_norm, y, y, b, c, 1e-5f, n);
  COMPARE(exponential, y, n);
  COMPARE(gelu, y, n);
  COMPARE(silu_multiply, y, b, n);
  COMPARE(gelu_multiply, y, b, n);
  COMPARE(rotate_pairs, y, b, c, n);
  COMPARE(rotate_halves, y, b, c, n);
  if (n > 0) COMPARE(softmax, y, 0.25f, n);
  const float numbers[2][3] = {
    {scalar->dot(a, b, n), scalar->sum(a, n), n ? scalar->largest(a, n) : 0},
    {other->dot(a, b, n), other->sum(a, n), n ? other->largest(a, n) : 0},
  };
  expect_same(numbers[0], numbers[1], sizeof numbers[0], other->name, "reduction", n);
  const size_t blocks = n / WEIR_BLOCK;
  for (size_t i = 0; i + WEIR_BLOCK <= n; i += WEIR_BLOCK) a[i] = i % 64 ? 1e-31f : 127;  // exact halves in between
  for (size_t i = 1; i < n; i += 3) a[i] = (float)(i % 128) + 0.5f;
  scalar->quantize(a, blocks, codes[0], scales[0], sums[0], half_sums[0]);
  other->quantize(a, blocks, codes[1], scales[1], sums[1], half_sums[1]);
  expect_same(codes[0], codes[1], blocks * WEIR_BLOCK, other->name, "codes", n);
  expect_same(scales[0], scales[1], blocks * 4, other->name, "scales", n);
  expect_same(sums[0], sums[1], blocks * 4, other->name, "sums", n);
  expect_same(half_sums[0], half_sums[1], blocks * 4, other->name, "half sums", n);
}

// One layer's worth of the encoder's kernels, of any shape: every step's floats and codes.
static void compare_encoder(const weir_kernels *scalar, const weir_kernels *other, size_t rows, size_t columns,
                            size_t tokens) {
  static _Alignas(64) uint8_t maps[2][MOST * 4], packed[MOST * 4];
  static float strip[MOST], epsilon = 1e-6f;
  weir_linear_clear(maps[0], rows, columns);
  weir_linear_clear(maps[1], columns, rows);
  const weir_linear up = {maps[0], rows, columns}, down = {maps[1], columns, rows};
  for (int m = 0; m < 2; m++) {
    const weir_linear *const map = m ? &down : &up;
    fill(b, map->columns, 0.4f);
    for (size_t i = 0; i < map->columns; i++) b[i] += 0.5f;
    weir_linear_set_smoothing(maps[m], map->columns, b);
    memcpy(packed, maps[m], weir_linear_bytes(map->rows, map->columns));
    for (size_t r = 0; r < map->rows; r++) {
      fill(a, map->columns, r % 7 ? 2 : 0);
      scalar->encoder->set_row(maps[m], map->columns, r, a, b, (float)r);
      other->encoder->set_row(packed, map->columns, r, a, b, (float)r);
    }
    expect_same(maps[m], packed, weir_linear_bytes(map->rows, map->columns), other->name, "linear map", rows);
  }
  static float update[MOST];
  fill(a, tokens * columns, 3);
  fill(update, tokens * columns, 2);
  fill(b, columns, 1);
  fill(c, columns, 1);
  const weir_kernels *const tables[2] = {scalar, other};
  static float results[2][MOST];
  static int8_t inner[2][MOST];
  for (int i = 0; i < 2; i++) {
    const weir_encoder_kernels *const k = tables[i]->encoder;
    memset(results[i], 0, sizeof results[i]);
    float *const hidden = results[i], *const y = hidden + tokens * columns;
    memcpy(hidden, a, tokens * columns * 4);
    weir_codes x = {codes[i], scales[i], sums[i]}, z = {inner[i], scales[i] + MOST / 2, sums[i] + MOST / 2};
    weir_encoder_finish finish = {
      .hidden = hidden, .update = update, .tokens = tokens, .columns = columns, .weight = b, .bias = c,
      .epsilon = epsilon, .next = &up, .codes = x,
    };
    k->finish(&finish);
    k->linear(&up, tokens, &x, y, rows + 3);
    k->linear_gelu(&up, tokens, &x, &down, &z, strip);
    k->linear(&down, tokens, &z, y + tokens * (rows + 3), columns);
    k->encode(&up, update, tokens, &x);
  }
  const size_t size = rows * 1000000 + columns * 1000 + tokens;
  expect_same(results[0], results[1], (2 * tokens * columns + tokens * (rows + 3)) * 4, other->name, "encoder", size);
  expect_same(codes[0], codes[1], tokens * weir_linear_padded(columns), other->name, "encoder codes", size);
  expect_same(inner[0], inner[1], tokens * weir_linear_padded(rows), other->name, "encoder inner codes", size);
  for (size_t part = 0; part < MOST; part += MOST / 2) {
    const size_t groups = tokens * weir_linear_groups(part ? rows : columns);
    expect_same(scales[0] + part, scales[1] + part, groups * 4, other->name, "encoder scales", size);
    expect_same(sums[0] + part, sums[1] + part, groups * 4, other->name, "encoder sums", size);
  }
}

static void compare_unpacking(const weir_kernels *scalar, const weir_kernels *other, size_t blocks) {
  make_weights(WEIR_WEIGHTS_Q8_0, 1, blocks * WEIR_BLOCK);
  scalar->encoder->unpack_q8_0(source, blocks, first);
  other->encoder->unpack_q8_0(source, blocks, second);
  expect_same(first, second, blocks * WEIR_BLOCK * 4, other->name, "unpacked Q8_0", blocks);
}

static void compare_attention(const weir_kernels *scalar, const weir_kernels *other, size_t tokens, size_t width) {
  static _Alignas(64) float scratch[MOST];
  fill(a, tokens * 3 * 2 * width, 2);
  weir_encoder_attention attention = {
    .qkv = a, .tokens = tokens, .heads = 2, .width = width, .scale = 0.3f, .scratch = scratch, .out = first,
  };
  scalar->encoder->attend(&attention);
  attention.out = second;
  other->encoder->attend(&attention);
  expect_same(first, second, tokens * 2 * width * 4, other->name, "attention", tokens * 1000 + width);
}

// The decoder's attention over a cache that each table has written itself: `rows` queries in a row, the last of which sees
// all positions and each the `window` before its end (0: all), some capped.
static void compare_cache(const weir_kernels *scalar, const weir_kernels *other, weir_cache type, size_t width,
                          size_t positions, size_t rows, size_t window, float cap) {
  enum { BLOCKS = 3, WIDEST = 128, OFFSET = 64, BYTES = OFFSET + (1 << 15), ROOM = BLOCKS * WEIR_CACHE_POSITIONS };
  enum { MOST_ROWS = 13 };
  static _Alignas(64) uint8_t cache[2][BLOCKS][BYTES];
  static float out[2][MOST_ROWS * WIDEST], scores[2][MOST_ROWS][ROOM];
  const weir_kernels *const tables[2] = {scalar, other};
  const size_t bytes = weir_cache_head_bytes(type, width);
  // Each byte that is not written is half of a NaN, which shows wherever it is read into a result.
  memset(cache, 0x7e, sizeof cache);
  for (size_t p = 0; p < positions; p++) {
    fill(a, 2 * width, p % 11 ? 2 : 0);
    for (int i = 0; i < 2; i++)
      weir_cache_store(tables[i], type, cache[i][p / WEIR_CACHE_POSITIONS] + OFFSET, width, p % WEIR_CACHE_POSITIONS,
                       a, a + width);
  }
  const size_t size = type * 1000000 + width * 1000 + positions;
  for (int b = 0; b < BLOCKS; b++)
    expect_same(cache[0][b] + OFFSET, cache[1][b] + OFFSET, bytes, other->name, "cache", size);
  fill(a, rows * width, 2);
  for (int i = 0; i < 2; i++) {
    const uint8_t *blocks[BLOCKS];
    for (int b = 0; b < BLOCKS; b++) blocks[b] = cache[i][b];
    const weir_attention_step step = {
      .type = type, .blocks = blocks, .head_offset = OFFSET, .width = width, .scale = 1 / sqrtf((float)width),
      .cap = cap,
    };
    weir_attention_row queries[MOST_ROWS];
    memset(scores[i], 0, sizeof scores[i]);
    for (size_t r = 0; r < rows; r++) {
      const size_t before = rows - 1 - r, end = positions > before ? positions - before : 1;
      queries[r] = (weir_attention_row){
        .q = a + r * width, .out = out[i] + r * width, .scores = scores[i][r], .end = end,
        .first = window > 0 && end > window ? end - window : 0,
      };
    }
    weir_attend(tables[i], &step, queries, rows);
    if (i) {
      for (size_t r = 0; r < rows; r++)
        expect_same(scores[0][r] + queries[r].first, scores[1][r] + queries[r].first,
                    (queries[r].end - queries[r].first) * 4, other->name, "weights of positions", size);
      expect_same(out[0], out[1], rows * width * 4, other->name, "decoder attention", size);
      for (size_t r = 0; r < rows * width; r++) failures += out[0][r] != out[0][r];
    }
  }
}

// Halves, from subnormal to held at the largest, ties among them; and the sums of logits.
static void compare_numbers(const weir_kernels *scalar, const weir_kernels *other, size_t n) {
  static uint16_t halves[2][MOST];
  fill(a, n, 9);
  for (size_t i = 0; i < n; i++) {
    if (i % 6 == 1) a[i] *= 1e4f;
    if (i % 6 == 2) a[i] *= 1e-6f;
    if (i % 6 == 3) a[i] = (float)(1024 + random_bits() % 1024) + 0.5f;
    if (i % 6 == 4) a[i] = ((float)(random_bits() % 2048) - 1024.5f) / 16777216;
    if (i % 97 == 5) a[i] = i % 2 ? INFINITY : -INFINITY;
  }
  scalar->halves(halves[0], a, n);
  other->halves(halves[1], a, n);
  expect_same(halves[0], halves[1], n * 2, other->name, "halves", n);
  fill(a, n, 20);
  for (size_t i = 0; i < n; i += 7) a[i] *= 10;
  double sums[2][2];
  scalar->exponential_sums(a, 18.5f, n, &sums[0][0], &sums[0][1]);
  other->exponential_sums(a, 18.5f, n, &sums[1][0], &sums[1][1]);
  expect_same(sums[0], sums[1], sizeof sums[0], other->name, "sums of exponentials", n);
}

// Vectors of the index, stored by each table itself, then any bytes, read by slot in pages with room at both ends.
static void compare_index(const weir_kernels *scalar, const weir_kernels *other, size_t n, size_t count) {
  enum { SHIFT = 2, PAGES = 5, SLOTS = PAGES << SHIFT, HEADER = 24, OFFSET = 5, MOST_SLOTS = 40 };
  static uint8_t signs[2][WEIR_CODES_MOST / 8], pages[PAGES * (HEADER + 8 * (WEIR_CODES_MOST + 32))], stored[2][WEIR_CODES_MOST];
  static int8_t queries[2][WEIR_CODES_MOST];
  static uint32_t results[2][3 * MOST_SLOTS];
  const size_t bytes = weir_codes_bytes(n), sign_bytes = weir_signs_bytes(n), record_bytes = bytes + OFFSET + 3;
  const weir_kernels *const tables[2] = {scalar, other};
  float vector_scales[2];
  int32_t query_sums[2], ones[2];
  for (size_t i = 0; i < sizeof pages; i++) pages[i] = (uint8_t)random_bits();
  fill(a, n, n % 5 ? 0.3f : 1e-31f);
  memset(a + n, 0, (bytes - n) * sizeof *a);
  if (n > 40) a[7] = 0.5f, a[8] = -0.5f, a[9] = 0.25f, a[20] = n % 3 ? NAN : -INFINITY;
  uint32_t slots[MOST_SLOTS];
  for (size_t i = 0; i < count; i++) slots[i] = random_bits() % SLOTS;
  weir_records records = {
    .base = pages, .page_bytes = HEADER + (record_bytes << SHIFT) + 11, .header_bytes = HEADER,
    .record_bytes = record_bytes, .offset = OFFSET, .shift = SHIFT,
  };
  for (int i = 0; i < 2; i++) {
    const weir_index_kernels *const k = tables[i]->index;
    memset(results[i], 0xee, sizeof results[i]);
    vector_scales[i] = k->quantize(a, n, stored[i]);
    if (n % 2) memcpy(stored[i], pages, bytes);
    query_sums[i] = k->query(stored[i], bytes, queries[i]);
    const weir_code_query query = {.codes = queries[i], .bytes = bytes, .sum = query_sums[i]};
    k->dots(&query, &records, slots, count, (int32_t *)results[i]);
    ones[i] = k->dot(&query, pages + 1);
    k->signs(a, n, signs[i]);
    k->distances(signs[i], sign_bytes, &records, slots, count, results[i] + MOST_SLOTS);
    if (n > 40) a[20] = 0.1f;
    k->float_dots(a, bytes, &records, slots, count, (float *)results[i] + 2 * MOST_SLOTS);
    if (n > 40) a[20] = n % 3 ? NAN : -INFINITY;
  }
  expect_same(stored[0], stored[1], bytes, other->name, "codes of a vector", n);
  expect_same(signs[0], signs[1], sign_bytes, other->name, "sign bits", n);
  expect_same(vector_scales, vector_scales + 1, sizeof *vector_scales, other->name, "scale of a vector", n);
  expect_same(queries[0], queries[1], bytes, other->name, "codes of a query", n);
  expect_same(query_sums, query_sums + 1, sizeof *query_sums, other->name, "sum of a query", n);
  expect_same(ones, ones + 1, sizeof *ones, other->name, "dot of codes", n);
  expect_same(results[0], results[1], sizeof results[0], other->name, "dots, distances, float dots", n);
}

int main(void) {
  const weir_kernels *tables[8];
  const size_t count = weir_kernels_available(tables, 8);
  for (size_t i = 1; i < count; i++) {
    state = 1;
    digest = 14695981039346656037u;
    for (size_t n = 0; n <= 257; n++) compare_vectors(tables[0], tables[i], n);
    static const size_t real[] = {384, 576, 896, 1536, 4864};
    for (size_t j = 0; j < 5; j++) compare_vectors(tables[0], tables[i], real[j]);
    for (size_t rows = 1; rows <= 70; rows++)
      for (size_t columns = 32; columns <= 256; columns += 32)
        compare_products(tables[0], tables[i], rows, columns, 1 + (rows + columns / 32) % 9);
    for (size_t columns = 1; columns <= 257; columns++)
      compare_products(tables[0], tables[i], 1 + columns % 35, columns, 1 + columns % 7);
    for (size_t j = 0; j < 5; j++) compare_products(tables[0], tables[i], 17, real[j], 2);
    for (size_t tokens = 1; tokens <= 13; tokens++) {
      compare_products(tables[0], tables[i], 35, 256, tokens);
      compare_products(tables[0], tables[i], 37, 1536, tokens);
      compare_products(tables[0], tables[i], 17, 2304, tokens);
    }
    for (size_t rows = 1; rows <= 140; rows += 3)
      for (size_t columns = 1; columns <= 140; columns += 1 + rows % 5)
        compare_encoder(tables[0], tables[i], rows, columns, 1 + (rows + columns) % 19);
    for (size_t tokens = 1; tokens <= 40; tokens++) compare_encoder(tables[0], tables[i], 96, 64, tokens);
    compare_encoder(tables[0], tables[i], 384, 300, 7);
    for (size_t tokens = 1; tokens <= 50; tokens++) compare_attention(tables[0], tables[i], tokens, 1 + tokens % 47);
    compare_attention(tables[0], tables[i], 70, 64);
    for (size_t blocks = 0; blocks < 20; blocks++) compare_unpacking(tables[0], tables[i], blocks);
    compare_attention(tables[0], tables[i], 33, 32);
    for (size_t n = 0; n <= 257; n++) compare_numbers(tables[0], tables[i], n);
    for (size_t j = 0; j < 5; j++) compare_numbers(tables[0], tables[i], real[j]);
    for (int type = WEIR_CACHE_F16; type <= WEIR_CACHE_Q8; type++) {
      for (size_t width = 1; width <= 128; width++)
        compare_cache(tables[0], tables[i], (weir_cache)type, width, 1 + width * 37 % 150, 1 + width % 13,
                      width % 3 ? 0 : 40, width % 4 == 1 ? 5 : 0);
      for (size_t positions = 1; positions <= 150; positions++)
        compare_cache(tables[0], tables[i], (weir_cache)type, positions % 2 ? 64 : 33, positions, 1 + positions % 13,
                      positions % 5 * 17, positions % 7 ? 0 : 3);
    }
    for (size_t n = 1; n <= 300; n++) compare_index(tables[0], tables[i], n, n % 38);
    for (size_t j = 0; j < 3; j++) compare_index(tables[0], tables[i], real[j], 33);
    compare_index(tables[0], tables[i], WEIR_CODES_MOST, 9);
    printf("%s: compared with scalar, digest of the results %016llx\n", tables[i]->name, (unsigned long long)digest);
  }
  printf("%lu comparisons, %lu failures\n", comparisons, failures);
  return failures || count < 2 ? EXIT_FAILURE : EXIT_SUCCESS;
}
