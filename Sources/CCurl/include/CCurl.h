// The part of libcurl that WeirHTTP uses, with types instead of variadic calls. libcurl's own header stays in CCurl.c.
//
// Nothing here is thread-safe except weir_curl_multi_wakeup: one thread owns a multi handle and its transfers.
#ifndef WEIR_CCURL_H
#define WEIR_CCURL_H

#include <stddef.h>
#include <stdint.h>

typedef struct weir_curl_multi weir_curl_multi;
typedef struct weir_curl_transfer weir_curl_transfer;

// What a finished transfer came to; libcurl's hundred codes reduced to those with different consequences.
typedef enum : int32_t {
  WEIR_CURL_OK = 0,
  WEIR_CURL_UNRESOLVED,
  WEIR_CURL_UNREACHABLE,
  WEIR_CURL_TLS,
  WEIR_CURL_UNTRUSTED,
  WEIR_CURL_TIMED_OUT,
  WEIR_CURL_MALFORMED,
  WEIR_CURL_TRUNCATED,
  WEIR_CURL_BROKEN,
  WEIR_CURL_ABORTED,
  WEIR_CURL_NO_MEMORY,
  WEIR_CURL_OTHER,
} weir_curl_outcome;

// How far a transfer has come, as libcurl's own clocks tell.
typedef enum : int32_t {
  WEIR_CURL_AT_RESOLVE = 0,
  WEIR_CURL_AT_CONNECT,
  WEIR_CURL_AT_TLS,
  WEIR_CURL_AT_SEND,
  WEIR_CURL_AT_FIRST_BYTE,
  WEIR_CURL_AT_BODY,
} weir_curl_phase;

// What a sink did with its bytes. After a pause the same bytes come again.
typedef enum : int32_t {
  WEIR_CURL_TAKEN = 0,
  WEIR_CURL_PAUSED,  // until weir_curl_transfer_unpause
  WEIR_CURL_REFUSED, // ends the transfer as WEIR_CURL_ABORTED
} weir_curl_verdict;

typedef weir_curl_verdict (*weir_curl_sink)(void *context, const uint8_t *bytes, size_t count);

typedef struct {
  const char *url;            // http or https
  const char *method;         // "GET", "POST", ...
  const uint8_t *body;        // copied; NULL: no body
  int64_t body_count;
  const char *ca_file;        // PEM bundle; NULL: libcurl's default
  const char *ca_directory;   // NULL: libcurl's default
  int64_t connect_milliseconds;
  int64_t silence_milliseconds; // how long sent bytes may stay unacknowledged before the connection is given up
  int32_t uses_environment_proxy;
  weir_curl_sink on_header;   // once for each header line of every response head
  weir_curl_sink on_body;
  void (*on_connected)(void *context);  // a connection is ready; the request is about to be sent
  void *context;              // of the three calls above
  uint64_t tag;               // names the transfer when it has finished
} weir_curl_setup;

typedef struct {
  int32_t status;
  int32_t http_version;       // 10, 11, 20, 30; 0 unknown
  int32_t new_connections;    // 0: a pooled connection was used
  int32_t os_error;           // errno of the last failed connect, or 0
  int64_t sent_bytes;         // heads and bodies, as HTTP has them: without TLS, TCP and IP
  int64_t received_bytes;
  int64_t resolve_microseconds;
  int64_t connect_microseconds;
  int64_t tls_microseconds;
  int64_t total_microseconds;
  weir_curl_phase phase;
} weir_curl_facts;

// The parts of a URL that failures may name. `host` of an IPv6 address is without brackets.
typedef struct {
  char scheme[16];
  char host[256];
  int32_t port;
  int32_t has_credentials;
} weir_curl_url_parts;

// Initialises libcurl for the process; later calls cost nothing. 0 is success.
int32_t weir_curl_initialise(void);
// "libcurl/7.88.1 OpenSSL/3.0.17 ..."; static text.
const char *weir_curl_version(void);
// 1 when `text` is an absolute URL; fills `parts`, the port from the scheme where none is written.
int32_t weir_curl_parse_url(const char *text, weir_curl_url_parts *parts);

weir_curl_transfer *weir_curl_transfer_create(void);
void weir_curl_transfer_destroy(weir_curl_transfer *transfer);
// Forgets everything set, so that the handle's buffers serve the next request.
void weir_curl_transfer_reset(weir_curl_transfer *transfer);
// Adds one "Name: value" line; 0 when memory is short.
int32_t weir_curl_transfer_add_header(weir_curl_transfer *transfer, const char *line);
// Applies `setup` and the headers added before; the strings in it are copied.
weir_curl_outcome weir_curl_transfer_configure(weir_curl_transfer *transfer, const weir_curl_setup *setup);
void weir_curl_transfer_unpause(weir_curl_transfer *transfer);
void weir_curl_transfer_inspect(weir_curl_transfer *transfer, weir_curl_facts *facts);
// libcurl's text for the last failure of this transfer, without URL or headers; valid until reset or destroy.
const char *weir_curl_transfer_reason(weir_curl_transfer *transfer);

weir_curl_multi *weir_curl_multi_create(int64_t pooled_connections);
// Closes every pooled connection; all transfers must have been removed.
void weir_curl_multi_destroy(weir_curl_multi *multi);
weir_curl_outcome weir_curl_multi_add(weir_curl_multi *multi, weir_curl_transfer *transfer);
void weir_curl_multi_remove(weir_curl_multi *multi, weir_curl_transfer *transfer);
// Does all work that is possible now. 0 is success.
int32_t weir_curl_multi_perform(weir_curl_multi *multi);
// Waits for sockets, libcurl's own timers, a wakeup, or `milliseconds`. 0 is success.
int32_t weir_curl_multi_wait(weir_curl_multi *multi, int32_t milliseconds);
// Ends a wait from any thread.
void weir_curl_multi_wakeup(weir_curl_multi *multi);
// 1 with the tag of a transfer that ended since the last call and what it came to; 0 when there is none.
int32_t weir_curl_multi_next_finished(weir_curl_multi *multi, uint64_t *tag, weir_curl_outcome *outcome);

#endif
