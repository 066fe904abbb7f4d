// Packing of linear maps for the encoder. The layout is described in CWeirEncoderKernels.h.
#include "encoder.h"

size_t weir_linear_bytes(size_t rows, size_t columns) {
  return linear_multiplier_bytes(columns) + linear_panels(rows) * linear_panel_bytes(columns);
}

void weir_linear_clear(uint8_t *packed, size_t rows, size_t columns) {
  memset(packed, 0, linear_multiplier_bytes(columns));
  uint8_t *panel = packed + linear_multiplier_bytes(columns);
  for (size_t i = 0; i < linear_panels(rows); i++, panel += linear_panel_bytes(columns)) {
    memset(panel, 0, LINEAR_HEAD_BYTES);
    memset(panel + LINEAR_HEAD_BYTES, 128, linear_panel_bytes(columns) - LINEAR_HEAD_BYTES);
  }
}

void weir_linear_set_smoothing(uint8_t *packed, size_t columns, const float *smoothing) {
  float *const multipliers = (float *)packed;
  for (size_t k = 0; k < columns; k++) multipliers[k] = 1 / smoothing[k];
}

// The keys of one head, transposed, and the scores of a few queries.
size_t weir_encoder_attention_scratch(size_t tokens, size_t width) {
  return attention_padded(tokens) * (width + ATTENTION_QUERIES);
}
