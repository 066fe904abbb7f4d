// Stands in for the data of ICU, 34 MB of locales that Foundation brings and Weir never asks for.
//
// A package of ICU data with no entries. What needs locale data (DateFormatter, NumberFormatter) does not work in the
// release binary, and Tools/Checks refuses it; upper and lower case, JSON, URLs, time stamps work without.
// Layout: DataHeader and UDataInfo of ICU's unicode/udata.h, then the empty table of contents.
#include <stdint.h>

struct {
  uint16_t header_size;
  uint8_t magic[2];
  uint16_t info_size, reserved_word;
  uint8_t is_big_endian, charset_family, char_size, reserved_byte;
  uint8_t format[4], format_version[4], data_version[4];
  uint8_t padding[8];
  uint32_t count, reserved[3];
} const DATA_SYMBOL __attribute__((aligned(16))) = {
    .header_size = 32,
    .magic = {0xda, 0x27},
    .info_size = 20,
    .char_size = 2,
    .format = {'C', 'm', 'n', 'D'},
    .format_version = {1},
};
