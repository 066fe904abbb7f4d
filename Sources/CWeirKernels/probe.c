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

// Says that the value may have changed, so that no step is left out because it repeats the one before.
#if defined(__x86_64__)
#define RENEW(value) __asm__ volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define RENEW(value) __asm__ volatile("" : "+w"(value))
#endif

// Chains of sums that are enough to hide an instruction's latency; a step adds to each of them once.
enum { CHAINS = 8, DOT_CHAINS = 12, WIDE_CHAINS = 16 };

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
const weir_probe weir_probe_scalar = {.run = steps_scalar, .products = CHAINS};

#if defined(__x86_64__)

// As many chains as the kernels' widest tile has.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static uint64_t steps_avx512(size_t steps) {
  __m512i sums[WIDE_CHAINS];
  for (int i = 0; i < WIDE_CHAINS; i++) sums[i] = _mm512_setzero_si512();
  __m512i weights = _mm512_set1_epi8(3), x = _mm512_set1_epi8(5);
  for (size_t s = 0; s < steps; s++)
    for (int i = 0; i < WIDE_CHAINS; i++) {
      RENEW(weights);
      sums[i] = _mm512_dpbusd_epi32(sums[i], weights, x);
    }
  uint64_t all = 0;
  for (int i = 0; i < WIDE_CHAINS; i++) all += (uint32_t)_mm512_reduce_add_epi32(sums[i]);
  return all;
}
const weir_probe weir_probe_avx512 = {.run = steps_avx512, .products = 64 * WIDE_CHAINS};

__attribute__((target("avx2"))) static uint64_t sum_of_lanes(const __m256i *sums, int count) {
  uint32_t lanes[8];
  uint64_t all = 0;
  for (int i = 0; i < count; i++) {
    memcpy(lanes, &sums[i], sizeof lanes);
    for (int lane = 0; lane < 8; lane++) all += lanes[lane];
  }
  return all;
}

// Sixteen registers have room for no more chains than these.
__attribute__((target("avx2,avxvnni"))) static uint64_t steps_avxvnni(size_t steps) {
  __m256i sums[DOT_CHAINS];
  for (int i = 0; i < DOT_CHAINS; i++) sums[i] = _mm256_setzero_si256();
  __m256i weights = _mm256_set1_epi8(3), x = _mm256_set1_epi8(5);
  for (size_t s = 0; s < steps; s++)
    for (int i = 0; i < DOT_CHAINS; i++) {
      // In AVX2's registers: this instruction cannot name the upper sixteen of AVX-512.
      __asm__ volatile("" : "+x"(weights));
      sums[i] = _mm256_dpbusd_avx_epi32(sums[i], weights, x);
    }
  return sum_of_lanes(sums, DOT_CHAINS);
}
const weir_probe weir_probe_avxvnni = {.run = steps_avxvnni, .products = 32 * DOT_CHAINS};

// The three instructions that the AVX2 kernels need for 32 products.
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
  return sum_of_lanes(sums, CHAINS);
}
const weir_probe weir_probe_avx2 = {.run = steps_avx2, .products = 32 * CHAINS};

#elif defined(__aarch64__)

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
const weir_probe weir_probe_neon = {.run = steps_neon, .products = 16 * CHAINS};

__attribute__((target("dotprod"))) static uint64_t steps_neon_dotprod(size_t steps) {
  int32x4_t sums[WIDE_CHAINS];
  for (int i = 0; i < WIDE_CHAINS; i++) sums[i] = vdupq_n_s32(0);
  int8x16_t weights = vdupq_n_s8(3), x = vdupq_n_s8(5);
  for (size_t s = 0; s < steps; s++)
    for (int i = 0; i < WIDE_CHAINS; i++) {
      RENEW(weights);
      sums[i] = vdotq_s32(sums[i], weights, x);
    }
  uint64_t all = 0;
  for (int i = 0; i < WIDE_CHAINS; i++) all += (uint32_t)vaddvq_s32(sums[i]);
  return all;
}
const weir_probe weir_probe_neon_dotprod = {.run = steps_neon_dotprod, .products = 16 * WIDE_CHAINS};

#endif

uint64_t weir_probe_products(const weir_kernels *kernels, size_t steps, uint64_t *sum) {
  *sum = kernels->probe->run(steps);
  return kernels->probe->products * steps;
}
