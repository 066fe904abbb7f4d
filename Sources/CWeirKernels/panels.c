// Packing of GGUF rows into panels, and back. The layouts are described in CWeirKernels.h.
#include "kernels.h"

static size_t element_bytes(weir_weights type) { return type == WEIR_WEIGHTS_F32 ? 4 : 2; }

static bool has_blocks(weir_weights type) { return type >= WEIR_WEIGHTS_Q8_0; }

static size_t panel_bytes(weir_weights type, size_t columns) {
  if (has_blocks(type)) return bytes_of_blocks(layout_of(type), columns / WEIR_BLOCK);
  return columns * WEIR_PANEL_ROWS * element_bytes(type);
}

size_t weir_packed_bytes(weir_weights type, size_t rows, size_t columns) {
  return (rows + WEIR_PANEL_ROWS - 1) / WEIR_PANEL_ROWS * panel_bytes(type, columns);
}

static void pack_plain(const uint8_t *source, size_t element, size_t rows, size_t columns, uint8_t *panel) {
  if (rows < WEIR_PANEL_ROWS) memset(panel, 0, columns * WEIR_PANEL_ROWS * element);
  for (size_t r = 0; r < rows; r++)
    for (size_t k = 0; k < columns; k++)
      memcpy(panel + (k * WEIR_PANEL_ROWS + r) * element, source + (r * columns + k) * element, element);
}

void weir_pack(weir_weights type, const uint8_t *source, size_t rows, size_t columns, uint8_t *panels) {
  const size_t row_bytes =
    has_blocks(type) ? weir_block_source_bytes(type, columns) : columns * element_bytes(type);
  for (size_t first = 0; first < rows; first += WEIR_PANEL_ROWS, panels += panel_bytes(type, columns)) {
    const size_t left = rows - first;
    const size_t count = left < WEIR_PANEL_ROWS ? left : WEIR_PANEL_ROWS;
    const uint8_t *const panel_source = source + first * row_bytes;
    if (has_blocks(type)) {
      weir_pack_blocks(type, panel_source, count, columns, panels);
    } else if (type == WEIR_WEIGHTS_F32) {
      pack_plain(panel_source, 4, count, columns, panels);
    } else {
      pack_plain(panel_source, 2, count, columns, panels);
    }
  }
}

void weir_unpack_row(weir_weights type, const uint8_t *panels, size_t row, size_t columns, float *out) {
  const uint8_t *const panel = panels + row / WEIR_PANEL_ROWS * panel_bytes(type, columns);
  const size_t r = row % WEIR_PANEL_ROWS;
  switch (type) {
  case WEIR_WEIGHTS_F32:
    for (size_t k = 0; k < columns; k++) memcpy(out + k, panel + (k * WEIR_PANEL_ROWS + r) * 4, 4);
    break;
  case WEIR_WEIGHTS_F16:
    for (size_t k = 0; k < columns; k++) out[k] = float_of_f16(load_u16(panel + (k * WEIR_PANEL_ROWS + r) * 2));
    break;
  case WEIR_WEIGHTS_BF16:
    for (size_t k = 0; k < columns; k++) out[k] = float_of_bf16(load_u16(panel + (k * WEIR_PANEL_ROWS + r) * 2));
    break;
  default: weir_unpack_blocks(type, panel, r, columns, out); break;
  }
}
