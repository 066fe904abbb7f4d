// Attention over a paged cache of keys and values: scores and weighted sums in tiles of some queries, so that a key or
// a value that is loaded and widened serves all of them. Included once by each instruction set's file.
#include "lanes.h"

// Sums that are kept in registers: panels x queries.
enum { ATTENTION_SUMS = 12 };

INLINE f32x16 load_cached(weir_cache type, const uint8_t *lanes) {
  if (type == WEIR_CACHE_F16) return floats_of_f16(lanes);
  i8x16 codes;
  memcpy(&codes, lanes, sizeof codes);
  return __builtin_convertvector(codes, f32x16);
}

// `panels` panels of 16 positions from `position` on, which lie in one block, against `count` queries.
INLINE void score_tile(const weir_attention_step *s, weir_cache type, size_t position, const weir_attention_row *rows,
                       int panels, int count) {
  const uint8_t *const head = s->blocks[position / WEIR_CACHE_POSITIONS] + s->head_offset;
  const size_t inside = position % WEIR_CACHE_POSITIONS, lane_bytes = cache_lane_bytes(type);
  const size_t panel_bytes = s->width * lane_bytes;
  const uint8_t *const keys = head + cache_scale_bytes(type) + inside / LANES * panel_bytes;
  f32x16 sums[ATTENTION_SUMS];
  UNROLL for (int i = 0; i < panels * count; i++) sums[i] = 0;
  for (size_t i = 0; i < s->width; i++) {
    UNROLL for (int p = 0; p < panels; p++) {
      const f32x16 key = load_cached(type, keys + p * panel_bytes + i * lane_bytes);
      UNROLL for (int r = 0; r < count; r++)
        sums[p * count + r] = fused(key, (f32x16)rows[r].q[i], sums[p * count + r]);
    }
  }
  UNROLL for (int p = 0; p < panels; p++) {
    f32x16 scale = 1;
    if (type == WEIR_CACHE_Q8) scale = load((const float *)head + inside + p * LANES);
    UNROLL for (int r = 0; r < count; r++)
      store(rows[r].scores + position + p * LANES, type == WEIR_CACHE_Q8 ? sums[p * count + r] * scale : sums[p * count + r]);
  }
}

// Positions are scored in groups that start at a multiple of the group; what lies outside a row's range is left to
// the caller to ignore.
INLINE void score_rows(const weir_attention_step *s, weir_cache type, const weir_attention_row *rows, size_t first,
                       size_t end, int panels, int count) {
  for (size_t position = first / (panels * LANES) * (panels * LANES); position < end; position += panels * LANES)
    score_tile(s, type, position, rows, panels, count);
}

// out = sum over first ..< end of weight * value, for `panels` panels of 16 elements from panel `panel` on.
INLINE void mix_tile(const weir_attention_step *s, weir_cache type, size_t panel, const weir_attention_row *rows,
                     size_t first, size_t end, int panels, int count) {
  const size_t lane_bytes = cache_lane_bytes(type), panel_bytes = WEIR_CACHE_POSITIONS * lane_bytes;
  const size_t offset = s->head_offset + cache_values_offset(type, s->width) + panel * panel_bytes;
  f32x16 sums[ATTENTION_SUMS];
  UNROLL for (int i = 0; i < panels * count; i++) sums[i] = 0;
  for (size_t position = first; position < end;) {
    const uint8_t *const values = s->blocks[position / WEIR_CACHE_POSITIONS] + offset;
    const size_t inside = position % WEIR_CACHE_POSITIONS;
    const size_t left = WEIR_CACHE_POSITIONS - inside, steps = left < end - position ? left : end - position;
    for (size_t i = 0; i < steps; i++) {
      UNROLL for (int p = 0; p < panels; p++) {
        const f32x16 value = load_cached(type, values + p * panel_bytes + (inside + i) * lane_bytes);
        UNROLL for (int r = 0; r < count; r++)
          sums[p * count + r] = fused(value, (f32x16)rows[r].scores[position + i], sums[p * count + r]);
      }
    }
    position += steps;
  }
  UNROLL for (int p = 0; p < panels; p++) {
    const size_t element = (panel + p) * LANES, left = s->width - element;
    UNROLL for (int r = 0; r < count; r++) {
      if (left >= LANES) {
        store(rows[r].out + element, sums[p * count + r]);
      } else {
        store_some(rows[r].out + element, sums[p * count + r], left);
      }
    }
  }
}

INLINE void mix_rows(const weir_attention_step *s, weir_cache type, const weir_attention_row *rows, size_t first,
                     size_t end, int panels, int count) {
  const size_t all = (s->width + LANES - 1) / LANES;
  size_t panel = 0;
  for (; panel + panels <= all; panel += panels) mix_tile(s, type, panel, rows, first, end, panels, count);
  for (; panel < all; panel++) mix_tile(s, type, panel, rows, first, end, 1, count);
}

#define EACH_COUNT(call, type)                        \
  switch (count) {                                    \
  case 1: call(s, type, rows, first, end, 4, 1); break; \
  case 2: call(s, type, rows, first, end, 4, 2); break; \
  case 3: call(s, type, rows, first, end, 4, 3); break; \
  case 4: call(s, type, rows, first, end, 2, 4); break; \
  case 5: call(s, type, rows, first, end, 2, 5); break; \
  case 6: call(s, type, rows, first, end, 2, 6); break; \
  default: break;                                     \
  }

static void attention_scores(const weir_attention_step *s, const weir_attention_row *rows, size_t count, size_t first,
                             size_t end) {
  if (s->type == WEIR_CACHE_F16) {
    EACH_COUNT(score_rows, WEIR_CACHE_F16)
  } else {
    EACH_COUNT(score_rows, WEIR_CACHE_Q8)
  }
}

static void attention_mix(const weir_attention_step *s, const weir_attention_row *rows, size_t count, size_t first,
                          size_t end) {
  if (s->type == WEIR_CACHE_F16) {
    EACH_COUNT(mix_rows, WEIR_CACHE_F16)
  } else {
    EACH_COUNT(mix_rows, WEIR_CACHE_Q8)
  }
}

#undef EACH_COUNT
