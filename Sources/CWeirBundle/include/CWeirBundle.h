// The default bundle inside the binary: files of Assets that are embedded at compile time.
#ifndef CWEIRBUNDLE_H
#define CWEIRBUNDLE_H

#include <stddef.h>

/// One embedded file: `size` bytes at `bytes`, which live as long as the process and never change.
struct weir_embedded_file {
  const char *name;
  const unsigned char *bytes;
  size_t size;
};

/// The files of the default bundle and the price list, in a fixed order; `count` receives how many.
const struct weir_embedded_file *weir_embedded_files(size_t *count);

#endif
