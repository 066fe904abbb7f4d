// Products of many tokens with block types, and the choice between these and lanes_blocks.h.
//
// A chunk of TILE_PANELS panels (at most CHUNK_BLOCKS blocks) is unpacked once to bytes and float scales, which stay in
// the first-level cache while all tokens pass, TILE_TOKENS at a time; so every type multiplies at the same rate. Sums
// wait in y between two chunks, and the order of additions is that of a single sweep. Included once by each instruction
// set's file.
#include "lanes_blocks.h"

enum { CHUNK_BLOCKS = 32, PREFETCH_BLOCKS = 4 };

typedef struct {
  _Alignas(64) uint8_t codes[BYTES_BYTES];
  float scales[LANES];
  float others[LANES];  // minima, or the scales of the last 16 columns
} plain_block;

// A chunk, and what of the tokens' activations does not depend on the panel.
typedef struct {
  const weir_product *p;
  plain_block (*weights)[TILE_PANELS];
  int offset;  // what the codes count too much
  size_t panel;
  size_t first, count;  // blocks
  const uint8_t *next;  // what will be unpacked after this chunk: next_bytes of each panel, next_stride apart
  size_t next_bytes, next_stride;
} chunk;

INLINE void unpack_chunk(const chunk *c, weir_weights type, int panels) {
  const block_layout layout = layout_of(type);
  const size_t panel_bytes = bytes_of_blocks(layout, c->p->columns / WEIR_BLOCK);
  for (int r = 0; r < panels; r++) {
    const uint8_t *const panel = c->p->panels + (c->panel + r) * panel_bytes;
    for (size_t b = 0; b < c->count; b++) {
      const uint8_t *const block = panel + offset_of_block(layout, c->first + b);
      const uint8_t *const header = block - (c->first + b) % BLOCKS_OF_SUPER * layout.bytes - layout.header;
      plain_block *const plain = &c->weights[b][r];
      UNROLL for (int g = 0; g < 8; g++) {
        const u8x64 codes = codes_of_group(type, block + SCALES_BYTES, g);
        memcpy(plain->codes + g * PLANE_BYTES, &codes, sizeof codes);
      }
      f32x16 scales[2];
      scales_of_block(type, header, block, scales);
      store(plain->scales, scales[0]);
      if (layout.has_minima || layout.has_halves) store(plain->others, scales[1]);
    }
  }
}

// An integer sum that starts here is, read as a float, 12 582 912 more than it counts: exactly so between -2^22 and
// 2^22, where the sums of 32 products lie. Subtracting that is a float addition, which the units that multiply do not
// do on several processors; a conversion they do.
#define FLOAT_AT_ZERO 0x4b400000
INLINE f32x16 float_of_start(i32x16 sum) { return __builtin_bit_cast(f32x16, sum) - 12582912.0f; }

// What does not depend on the panel, for each token and block of a tile. Rows are whole cache lines: a number that is
// read soon after its vector was written comes late where that vector crosses a line (rows of 96 bytes cost a fifth of
// the rate at 896 columns).
typedef struct {
  _Alignas(64) float scales[TILE_TOKENS][CHUNK_BLOCKS];
  float minima[TILE_TOKENS][CHUNK_BLOCKS];       // by which a row's minimum is multiplied
  int32_t sums[2][TILE_TOKENS][CHUNK_BLOCKS];  // where the sums of a block, or of its halves, begin
} tile_start;

INLINE void start_block(const chunk *c, weir_weights form, size_t row, size_t b, int t, tile_start *start) {
  const weir_product *const p = c->p;
  const size_t at = row + b;
  start->scales[t][b] = p->scales[at];
  start->minima[t][b] = p->scales[at] * (float)p->sums[at];
  start->sums[0][t][b] = FLOAT_AT_ZERO - c->offset * (layout_of(form).has_halves ? p->half_sums[at] : p->sums[at]);
  start->sums[1][t][b] = FLOAT_AT_ZERO - c->offset * (p->sums[at] - p->half_sums[at]);
}

// The same for LANES blocks.
INLINE void start_lanes(const chunk *c, weir_weights form, size_t row, size_t b, int t, tile_start *start) {
  const block_layout layout = layout_of(form);
  const weir_product *const p = c->p;
  const f32x16 scales = load(p->scales + row + b);
  const i32x16 sums = load_whole(p->sums + row + b);
  store(&start->scales[t][b], scales);
  if (layout.has_minima) {
    store(&start->minima[t][b], scales * __builtin_convertvector(sums, f32x16));
  } else if (layout.has_halves) {
    const i32x16 halves = load_whole(p->half_sums + row + b);
    store_whole(&start->sums[0][t][b], halves * -c->offset + FLOAT_AT_ZERO);
    store_whole(&start->sums[1][t][b], (sums - halves) * -c->offset + FLOAT_AT_ZERO);
  } else {
    store_whole(&start->sums[0][t][b], sums * -c->offset + FLOAT_AT_ZERO);
  }
}

INLINE void tile_chunk(const chunk *c, weir_weights form, size_t token, int panels, int tokens, size_t lines) {
  const weir_product *const p = c->p;
  const block_layout layout = layout_of(form);
  const int passes = layout.has_halves ? 2 : 1;
  const size_t blocks = p->columns / WEIR_BLOCK, count = c->count;
  tile_start start;
  for (int t = 0; t < tokens; t++) {
    const size_t row = (token + t) * blocks + c->first;
    // Whole vectors, the last of which may overlap the one before it.
    for (size_t b = 0; b < count && count >= LANES; b += LANES)
      start_lanes(c, form, row, b + LANES <= count ? b : count - LANES, t, &start);
    for (size_t b = 0; b < count && count < LANES; b++) start_block(c, form, row, b, t, &start);
  }
  const int8_t *x = p->codes + token * p->columns + c->first * WEIR_BLOCK;
  const uint8_t *next = c->next;
  f32x16 sums[TILE_PANELS][TILE_TOKENS];
  UNROLL for (int r = 0; r < panels; r++)
    UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = c->first ? load_sums(p, c->panel + r, token + t) : 0;
  const plain_block *w = c->weights[0];
  for (size_t b = 0; b < count;) {
    // The next chunk comes from memory to the second-level cache meanwhile.
    for (size_t line = 0; line < lines; line++, next += 64)
      UNROLL for (int r = 0; r < panels; r++) __builtin_prefetch(next + r * c->next_stride, 0, 2);
    const size_t stop = b + PREFETCH_BLOCKS < count ? b + PREFETCH_BLOCKS : count;
    for (; b < stop; b++, w += TILE_PANELS, x += WEIR_BLOCK) {
      UNROLL for (int pass = 0; pass < passes; pass++) {
        i32x16 whole[TILE_PANELS][TILE_TOKENS];
        UNROLL for (int t = 0; t < tokens; t++)
          UNROLL for (int r = 0; r < panels; r++) whole[r][t] = layout.has_minima ? FLOAT_AT_ZERO : start.sums[pass][t][b];
        UNROLL for (int g = pass * 4; g < pass * 4 + 8 / passes; g++) {
          UNROLL for (int r = 0; r < panels; r++) {
            const u8x64 codes = load_codes(w[r].codes + g * PLANE_BYTES);
            UNROLL for (int t = 0; t < tokens; t++)
              whole[r][t] = dot_codes(form, whole[r][t], codes, load_four(x + t * p->columns + g * 4));
          }
        }
        UNROLL for (int r = 0; r < panels; r++) {
          const f32x16 scale = load(pass ? w[r].others : w[r].scales);
          UNROLL for (int t = 0; t < tokens; t++)
            sums[r][t] = fused(scale * start.scales[t][b], float_of_start(whole[r][t]), sums[r][t]);
        }
      }
      if (layout.has_minima)
        UNROLL for (int r = 0; r < panels; r++) {
          const f32x16 minimum = load(w[r].others);
          UNROLL for (int t = 0; t < tokens; t++) sums[r][t] = fused(-minimum, broadcast(start.minima[t][b]), sums[r][t]);
        }
    }
  }
  const bool is_last = c->first + count == blocks;
  if (is_last && p->bias == NULL && (c->panel + panels) * WEIR_PANEL_ROWS <= p->rows) {  // nearly always
    float *const y = p->y + token * p->y_stride + c->panel * WEIR_PANEL_ROWS;
    UNROLL for (int t = 0; t < tokens; t++)
      UNROLL for (int r = 0; r < panels; r++) store(y + t * p->y_stride + r * WEIR_PANEL_ROWS, sums[r][t]);
  } else {
    UNROLL for (int r = 0; r < panels; r++)
      UNROLL for (int t = 0; t < tokens; t++) store_sums(p, c->panel + r, token + t, sums[r][t], is_last);
  }
}

// All tokens against the chunk, in tiles of nearly the same size.
INLINE void tiles_of_chunk(chunk *c, weir_weights form, int panels) {
  const size_t tokens = c->p->tokens, tiles = (tokens + TILE_TOKENS - 1) / TILE_TOKENS;
  const size_t bursts = tiles * ((c->count + PREFETCH_BLOCKS - 1) / PREFETCH_BLOCKS);
  const size_t lines = (c->next_bytes / 64 + bursts) / bursts;
  size_t token = 0;
  for (size_t i = 0; i < tiles; i++) {
    const size_t size = (tokens - token) / (tiles - i);
    switch (size) {
#if TILE_TOKENS > 5
    case 6: tile_chunk(c, form, token, panels, 6, lines); break;
    case 5: tile_chunk(c, form, token, panels, 5, lines); break;
#endif
#if TILE_TOKENS > 3
    case 4: tile_chunk(c, form, token, panels, 4, lines); break;
#endif
#if TILE_TOKENS < 6
    case 3: tile_chunk(c, form, token, panels, 3, lines); break;
    case 2: tile_chunk(c, form, token, panels, 2, lines); break;
#endif
    default: break;
    }
    token += size;
    c->next += lines * bursts / tiles * 64;
  }
}

// Unpacked types that have the same form multiply in the same way: one function for each form, named by one of its types.
INLINE void tiles_of_form(chunk *c, weir_weights form, int panels) {
  panels == 1 ? tiles_of_chunk(c, form, 1) : tiles_of_chunk(c, form, TILE_PANELS);
}
#define FORM static __attribute__((noinline)) void
FORM tiles_bytes(chunk *c, int panels) { tiles_of_form(c, WEIR_WEIGHTS_Q8_0, panels); }
FORM tiles_small(chunk *c, int panels) { tiles_of_form(c, WEIR_WEIGHTS_Q4_0, panels); }
FORM tiles_minima(chunk *c, int panels) { tiles_of_form(c, WEIR_WEIGHTS_Q4_K, panels); }
FORM tiles_halves(chunk *c, int panels) { tiles_of_form(c, WEIR_WEIGHTS_Q6_K, panels); }
#undef FORM

INLINE void multiply_panels(const weir_product *p, weir_weights type, size_t panel, int panels) {
  const block_layout layout = layout_of(type);
  const size_t blocks = p->columns / WEIR_BLOCK, panel_bytes = bytes_of_blocks(layout, blocks);
  const size_t chunks = (blocks + CHUNK_BLOCKS - 1) / CHUNK_BLOCKS;
  plain_block weights[CHUNK_BLOCKS][TILE_PANELS];
  chunk c = {.p = p, .weights = weights, .panel = panel, .offset = dot_offset(type), .next_stride = panel_bytes};
  const size_t even = (blocks + chunks - 1) / (chunks ? chunks : 1);
  for (size_t first = 0; first < blocks; first += even) {
    c.first = first;
    c.count = blocks - first < even ? blocks - first : even;
    unpack_chunk(&c, type, panels);
    const size_t end = first + c.count;
    c.next = p->panels + panel * panel_bytes + (end < blocks ? bytes_of_blocks(layout, end) : panels * panel_bytes);
    c.next_bytes = bytes_of_blocks(layout, c.count);
    if (type == WEIR_WEIGHTS_Q8_0) {
      tiles_bytes(&c, panels);
    } else if (layout.has_minima) {
      tiles_minima(&c, panels);
    } else if (layout.has_halves) {
      tiles_halves(&c, panels);
    } else {
      tiles_small(&c, panels);
    }
  }
}

INLINE void product_blocks(const weir_product *p, weir_weights type) {
  if (p->tokens <= STREAM_TOKENS) {
    stream(p, type);
    return;
  }
  size_t panel = p->first_panel;
  for (; panel + TILE_PANELS <= p->end_panel; panel += TILE_PANELS) multiply_panels(p, type, panel, TILE_PANELS);
#if TILE_PANELS > 1
  for (; panel < p->end_panel; panel++) multiply_panels(p, type, panel, 1);
#endif
}

static void product_q8_0(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q8_0); }
static void product_q4_0(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q4_0); }
static void product_q5_0(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q5_0); }
static void product_q4_k(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q4_K); }
static void product_q5_k(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q5_K); }
static void product_q6_k(const weir_product *p) { product_blocks(p, WEIR_WEIGHTS_Q6_K); }
