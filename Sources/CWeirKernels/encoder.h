// What the encoder's kernel files share: the packed linear map's layout and the constants of its activation.
#ifndef ENCODER_H
#define ENCODER_H

#include "kernels.h"

extern const weir_encoder_kernels weir_encoder_kernels_scalar;

enum {
  LINEAR_HEAD_BYTES = 2 * 4 * WEIR_LINEAR_ROWS,  // a panel's scales and biases
  FOUR_BYTES = 4 * WEIR_LINEAR_ROWS,             // four columns of a panel
};

static inline size_t linear_panel_bytes(size_t columns) {
  return LINEAR_HEAD_BYTES + weir_linear_padded(columns) * WEIR_LINEAR_ROWS;
}
static inline size_t linear_panels(size_t rows) { return (rows + WEIR_LINEAR_ROWS - 1) / WEIR_LINEAR_ROWS; }
// Of the multipliers, so that the panels start on a cache line.
static inline size_t linear_multiplier_bytes(size_t columns) { return weir_linear_padded(columns) * 4; }

static inline const uint8_t *linear_panel(const weir_linear *map, size_t panel) {
  return map->packed + linear_multiplier_bytes(map->columns) + panel * linear_panel_bytes(map->columns);
}
static inline const float *linear_multipliers(const weir_linear *map) { return (const float *)map->packed; }

// Where column 0 of a row lies in `packed`; four columns on, FOUR_BYTES further.
static inline uint8_t *linear_row(uint8_t *packed, size_t columns, size_t row) {
  return packed + linear_multiplier_bytes(columns) + row / WEIR_LINEAR_ROWS * linear_panel_bytes(columns) +
         LINEAR_HEAD_BYTES + 4 * (row % WEIR_LINEAR_ROWS);
}
static inline void linear_set_head(uint8_t *packed, size_t columns, size_t row, float scale, float bias) {
  float *const head = (float *)(linear_row(packed, columns, row) - LINEAR_HEAD_BYTES - 4 * (row % WEIR_LINEAR_ROWS));
  head[row % WEIR_LINEAR_ROWS] = scale;
  head[WEIR_LINEAR_ROWS + row % WEIR_LINEAR_ROWS] = bias;
}

static inline size_t attention_padded(size_t tokens) { return (tokens + 15) / 16 * 16; }
enum { ATTENTION_QUERIES = 4 };  // that share what is loaded of keys and values

// gelu(x) = x (1/2 + z P(z^2)), z = x held in +-GELU_END, P a polynomial of degree 7 fitted to erf so that the error of
// gelu is least (1e-4, a hundredth of an int8 step) and the second factor is 0 and 1 at the ends.
#define GELU_END 4.25f
#define GELU_P0 0.398419992f
#define GELU_P1 (-0.0654534277f)
#define GELU_P2 0.00925778862f
#define GELU_P3 (-0.000940439736f)
#define GELU_P4 6.55261408e-05f
#define GELU_P5 (-2.93873919e-06f)
#define GELU_P6 7.57061538e-08f
#define GELU_P7 (-8.46010678e-10f)

#endif
