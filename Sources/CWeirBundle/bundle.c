// C23 #embed puts the models into the read-only data of the binary: pages are mapped when they are first read.
#include "CWeirBundle.h"

// The readers of model files want tensor data at multiples of 32 bytes; a cache line is a good start for all.
#define EMBEDDED alignas(64) static const unsigned char

EMBEDDED manifest[] = {
#embed "../../Assets/Models/bundle.json"
};
EMBEDDED encoder[] = {
#embed "../../Assets/Models/encoder.gguf"
};
EMBEDDED intents[] = {
#embed "../../Assets/Models/intents.gguf"
};
EMBEDDED generator[] = {
#embed "../../Assets/Models/generator.gguf"
};
EMBEDDED verifier[] = {
#embed "../../Assets/Models/verifier.gguf"
};
EMBEDDED prices[] = {
#embed "../../Assets/Prices/prices.json"
};

static const struct weir_embedded_file files[] = {
    {"bundle.json", manifest, sizeof manifest},   {"encoder.gguf", encoder, sizeof encoder},
    {"intents.gguf", intents, sizeof intents},    {"generator.gguf", generator, sizeof generator},
    {"verifier.gguf", verifier, sizeof verifier}, {"prices.json", prices, sizeof prices},
};

const struct weir_embedded_file *weir_embedded_files(size_t *count) {
  *count = sizeof files / sizeof files[0];
  return files;
}
