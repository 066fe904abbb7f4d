// What this CPU can do at most, for figures to be held against: reading memory, and int8 products.
//
// Nothing here allocates; the caller owns the memory and the clock.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef uint64_t u64x8 __attribute__((ext_vector_type(8)));

// Four chains, so that no load waits for a sum. Sixteen-byte loads suffice: memory is several times slower.
uint64_t weir_probe_read(const void *memory, size_t bytes) {
  const uint8_t *at = memory;
  u64x8 sums[4] = {0};
  for (size_t left = bytes / sizeof sums; left > 0; left--, at += sizeof sums) {
    u64x8 parts[4];
    memcpy(parts, at, sizeof parts);
    for (int i = 0; i < 4; i++) sums[i] ^= parts[i];
  }
  const u64x8 all = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
  return all[0] ^ all[1] ^ all[2] ^ all[3] ^ all[4] ^ all[5] ^ all[6] ^ all[7];
}

// Chains of sums that are enough to hide an instruction's latency; a step adds to each of them once.
enum { CHAINS = 8 };

// Says that the value may have changed, so that no step is left out because it repeats the one before.
#if defined(__x86_64__)
#define RENEW(value) __asm__ volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define RENEW(value) __asm__ volatile("" : "+w"(value))
#endif

typedef uint64_t (*steps_function)(size_t steps);

// One product a step and chain.
static uint64_t steps_scalar(size_t steps) {
  int32_t sums[CHAINS] = {0}, weight = 3, x = 5;
  for (size_t s = 0; s < steps; s++)
    for (int i = 0; i < CHAINS; i++) {
      __asm__ volatile("" : "+r"(weight));
      sums[i] += weight * x;
    }
  uint64_t all = 0;
  for (int i = 0; i < CHAINS; i++) all += (uint32_t)sums[i];
  return all;
}

#if defined(__x86_64__)

// 64 products a step and chain.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static uint64_t steps_avx512(size_t steps) {
  __m512i sums[2 * CHAINS];
  for (int i = 0; i < 2 * CHAINS; i++) sums[i] = _mm512_setzero_si512();
  __m512i weights = _mm512_set1_epi8(3), x = _mm512_set1_epi8(5);
  // Two steps together: sixteen chains, as many as the kernels' widest tile has.
  for (size_t s = 0; s < steps; s += 2)
    for (int i = 0; i < 2 * CHAINS; i++) {
      RENEW(weights);
      sums[i] = _mm512_dpbusd_epi32(sums[i], weights, x);
    }
  uint64_t all = 0;
  for (int i = 0; i < 2 * CHAINS; i++) all += (uint32_t)_mm512_reduce_add_epi32(sums[i]);
  return all;
}

// 32 products a step and chain: the three instructions that the AVX2 kernels need for them.
__attribute__((target("avx2"))) static uint64_t steps_avx2(size_t steps) {
  __m256i sums[CHAINS];
  for (int i = 0; i < CHAINS; i++) sums[i] = _mm256_setzero_si256();
  __m256i weights = _mm256_set1_epi8(3), x = _mm256_set1_epi8(5);
  const __m256i ones = _mm256_set1_epi16(1);
  for (size_t s = 0; s < steps; s++)
    for (int i = 0; i < CHAINS; i++) {
      RENEW(weights);
      sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(_mm256_maddubs_epi16(weights, x), ones));
    }
  uint32_t lanes[8], all = 0;
  for (int i = 0; i < CHAINS; i++) {
    memcpy(lanes, &sums[i], sizeof lanes);
    for (int lane = 0; lane < 8; lane++) all += lanes[lane];
  }
  return all;
}

#elif defined(__aarch64__)

// 16 products a step and chain.
static uint64_t steps_neon(size_t steps) {
  int32x4_t sums[CHAINS];
  for (int i = 0; i < CHAINS; i++) sums[i] = vdupq_n_s32(0);
  int8x16_t weights = vdupq_n_s8(3), x = vdupq_n_s8(5);
  for (size_t s = 0; s < steps; s++)
    for (int i = 0; i < CHAINS; i++) {
      RENEW(weights);
      const int16x8_t low = vmull_s8(vget_low_s8(weights), vget_low_s8(x)), high = vmull_high_s8(weights, x);
      sums[i] = vpadalq_s16(sums[i], vpaddq_s16(low, high));
    }
  uint64_t all = 0;
  for (int i = 0; i < CHAINS; i++) all += (uint32_t)vaddvq_s32(sums[i]);
  return all;
}

#endif

uint64_t weir_probe_products(const weir_kernels *kernels, size_t steps, uint64_t *sum) {
  uint64_t width = 1;
  steps_function run = steps_scalar;
  steps += steps % 2;
#if defined(__x86_64__)
  if (strcmp(kernels->name, "avx512") == 0) {
    width = 64;
    run = steps_avx512;
  } else if (strcmp(kernels->name, "avx2") == 0) {
    width = 32;
    run = steps_avx2;
  }
#elif defined(__aarch64__)
  if (strncmp(kernels->name, "neon", 4) == 0) {
    width = 16;
    run = steps_neon;
  }
#endif
  *sum = run(steps);
  return width * CHAINS * steps;
}
