// The only file that sees libcurl's header: typed calls in, libcurl's variadic ones out.
#include "CCurl.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(sizeof(curl_off_t) == sizeof(int64_t), "libcurl counts in 64 bits");

struct weir_curl_multi {
  CURLM *handle;
  // TLS sessions are kept by transfer unless shared. One thread uses it, so it needs no locks.
  CURLSH *share;
};

struct weir_curl_transfer {
  CURL *handle;
  struct curl_slist *headers;
  weir_curl_sink on_header;
  weir_curl_sink on_body;
  void (*on_connected)(void *context);
  void *context;
  uint64_t tag;
  int64_t body_count;
  unsigned silence_milliseconds;
  int has_begun_tls;
  CURLcode code;
  char error[CURL_ERROR_SIZE];
};

static weir_curl_outcome outcome_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return WEIR_CURL_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return WEIR_CURL_UNRESOLVED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
    case CURLE_PROXY: return WEIR_CURL_UNREACHABLE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED: return WEIR_CURL_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS: return WEIR_CURL_UNTRUSTED;
    case CURLE_OPERATION_TIMEDOUT: return WEIR_CURL_TIMED_OUT;
    // The scheme was checked before, so "unsupported protocol" is an answer that is not HTTP (HTTP/0.9).
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return WEIR_CURL_MALFORMED;
    case CURLE_PARTIAL_FILE: return WEIR_CURL_TRUNCATED;
    // A reset stream or a frame cut off: over HTTP/1.1 it would be a connection that broke.
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return WEIR_CURL_BROKEN;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK: return WEIR_CURL_ABORTED;
    case CURLE_OUT_OF_MEMORY: return WEIR_CURL_NO_MEMORY;
    default: return WEIR_CURL_OTHER;
  }
}

int32_t weir_curl_initialise(void) {
  return (int32_t)curl_global_init(CURL_GLOBAL_ALL);
}

const char *weir_curl_version(void) {
  return curl_version();
}

static int copy_part(CURLU *url, CURLUPart part, unsigned flags, char *into, size_t room) {
  char *text = NULL;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK || text == NULL) return 0;
  size_t count = strlen(text);
  int fits = count < room;
  if (fits) memcpy(into, text, count + 1);
  curl_free(text);
  return fits;
}

int32_t weir_curl_parse_url(const char *text, weir_curl_url_parts *parts) {
  memset(parts, 0, sizeof *parts);
  CURLU *url = curl_url();
  if (url == NULL) return 0;
  char port[16] = {0};
  // Schemes that this libcurl does not know parse too: who refuses them can then name them.
  int good = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK
    && copy_part(url, CURLUPART_SCHEME, 0, parts->scheme, sizeof parts->scheme)
    && copy_part(url, CURLUPART_HOST, 0, parts->host, sizeof parts->host);
  if (good) {
    if (copy_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof port)) parts->port = atoi(port);
    char *user = NULL;
    parts->has_credentials = curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    size_t count = strlen(parts->host);
    if (count > 2 && parts->host[0] == '[' && parts->host[count - 1] == ']') {
      memmove(parts->host, parts->host + 1, count - 2);
      parts->host[count - 2] = 0;
    }
  }
  curl_url_cleanup(url);
  return good;
}

static size_t answer_of(weir_curl_verdict verdict, size_t count) {
  switch (verdict) {
    case WEIR_CURL_TAKEN: return count;
    case WEIR_CURL_PAUSED: return CURL_WRITEFUNC_PAUSE;
    // Any other number than `count` ends the transfer.
    default: return count == 0 ? 1 : 0;
  }
}

static size_t header_arrived(char *bytes, size_t size, size_t count, void *context) {
  weir_curl_transfer *transfer = context;
  return answer_of(transfer->on_header(transfer->context, (const uint8_t *)bytes, size * count), size * count);
}

static size_t body_arrived(char *bytes, size_t size, size_t count, void *context) {
  weir_curl_transfer *transfer = context;
  return answer_of(transfer->on_body(transfer->context, (const uint8_t *)bytes, size * count), size * count);
}

static int about_to_send(void *context, char *remote, char *local, int remote_port, int local_port) {
  (void)remote; (void)local; (void)remote_port; (void)local_port;
  weir_curl_transfer *transfer = context;
  transfer->on_connected(transfer->context);
  return CURL_PREREQFUNC_OK;
}

// How long sent bytes may stay without an acknowledgement: a slow server acknowledges at once, a dead link never does.
// Without this, a request on a pooled connection over a link that is gone waits for its whole first-byte deadline.
static int socket_made(void *context, curl_socket_t socket, curlsocktype purpose) {
  weir_curl_transfer *transfer = context;
  if (purpose == CURLSOCKTYPE_IPCXN) {
    setsockopt(
      socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &transfer->silence_milliseconds, sizeof transfer->silence_milliseconds);
  }
  return CURL_SOCKOPT_OK;
}

// OpenSSL's context is made when the TCP connection stands: libcurl's own clocks do not show that moment.
static CURLcode about_to_handshake(CURL *handle, void *ssl_context, void *context) {
  (void)handle; (void)ssl_context;
  weir_curl_transfer *transfer = context;
  transfer->has_begun_tls = 1;
  return CURLE_OK;
}

weir_curl_transfer *weir_curl_transfer_create(void) {
  weir_curl_transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL) return NULL;
  transfer->handle = curl_easy_init();
  if (transfer->handle == NULL) {
    free(transfer);
    return NULL;
  }
  return transfer;
}

static void forget(weir_curl_transfer *transfer) {
  curl_slist_free_all(transfer->headers);
  transfer->headers = NULL;
  transfer->context = NULL;
  transfer->has_begun_tls = 0;
  transfer->code = CURLE_OK;
  transfer->error[0] = 0;
}

void weir_curl_transfer_reset(weir_curl_transfer *transfer) {
  curl_easy_reset(transfer->handle);
  forget(transfer);
}

void weir_curl_transfer_destroy(weir_curl_transfer *transfer) {
  curl_easy_cleanup(transfer->handle);
  forget(transfer);
  free(transfer);
}

int32_t weir_curl_transfer_add_header(weir_curl_transfer *transfer, const char *line) {
  struct curl_slist *longer = curl_slist_append(transfer->headers, line);
  if (longer == NULL) return 0;
  transfer->headers = longer;
  return 1;
}

#define SET(option, value)                                             \
  do {                                                                 \
    CURLcode code = curl_easy_setopt(transfer->handle, option, value); \
    if (code != CURLE_OK) {                                            \
      transfer->code = code;                                           \
      return outcome_of(code);                                         \
    }                                                                  \
  } while (0)

weir_curl_outcome weir_curl_transfer_configure(weir_curl_transfer *transfer, const weir_curl_setup *setup) {
  transfer->on_header = setup->on_header;
  transfer->on_body = setup->on_body;
  transfer->on_connected = setup->on_connected;
  transfer->context = setup->context;
  transfer->tag = setup->tag;
  transfer->silence_milliseconds = (unsigned)setup->silence_milliseconds;
  transfer->body_count = setup->body == NULL ? 0 : setup->body_count;

  SET(CURLOPT_PRIVATE, transfer);
  SET(CURLOPT_ERRORBUFFER, transfer->error);
  SET(CURLOPT_URL, setup->url);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_NOPROGRESS, 1L);
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  SET(CURLOPT_TCP_KEEPIDLE, 30L);
  SET(CURLOPT_TCP_KEEPINTVL, 5L);
  SET(CURLOPT_SOCKOPTFUNCTION, socket_made);
  SET(CURLOPT_SOCKOPTDATA, transfer);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)setup->connect_milliseconds);
  if (setup->ca_file != NULL) SET(CURLOPT_CAINFO, setup->ca_file);
  if (setup->ca_directory != NULL) SET(CURLOPT_CAPATH, setup->ca_directory);
  // An empty name switches off the proxies of the environment.
  if (!setup->uses_environment_proxy) SET(CURLOPT_PROXY, "");
  // Where TLS may bring HTTP/2, wait for the connection being made and share it.
  if (strncmp(setup->url, "https:", 6) == 0) SET(CURLOPT_PIPEWAIT, 1L);

  if (strcmp(setup->method, "GET") == 0 && setup->body == NULL) {
    SET(CURLOPT_HTTPGET, 1L);
  } else if (strcmp(setup->method, "HEAD") == 0) {
    SET(CURLOPT_NOBODY, 1L);
  } else {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_count);
    SET(CURLOPT_COPYPOSTFIELDS, setup->body == NULL ? "" : (const char *)setup->body);
    SET(CURLOPT_CUSTOMREQUEST, setup->method);
  }
  SET(CURLOPT_HTTPHEADER, transfer->headers);

  SET(CURLOPT_HEADERFUNCTION, header_arrived);
  SET(CURLOPT_HEADERDATA, transfer);
  SET(CURLOPT_WRITEFUNCTION, body_arrived);
  SET(CURLOPT_WRITEDATA, transfer);
  SET(CURLOPT_PREREQFUNCTION, about_to_send);
  SET(CURLOPT_PREREQDATA, transfer);
  // Other TLS libraries may lack this one; then a failed handshake is told as a failed connection.
  curl_easy_setopt(transfer->handle, CURLOPT_SSL_CTX_FUNCTION, about_to_handshake);
  curl_easy_setopt(transfer->handle, CURLOPT_SSL_CTX_DATA, transfer);
  return WEIR_CURL_OK;
}

void weir_curl_transfer_unpause(weir_curl_transfer *transfer) {
  curl_easy_pause(transfer->handle, CURLPAUSE_CONT);
}

static int64_t clock_of(CURL *handle, CURLINFO which) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(handle, which, &microseconds);
  return microseconds;
}

void weir_curl_transfer_inspect(weir_curl_transfer *transfer, weir_curl_facts *facts) {
  CURL *handle = transfer->handle;
  long status = 0, version = 0, connections = 0, os_error = 0;
  long request_bytes = 0, header_bytes = 0;
  curl_off_t sent = 0, received = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connections);
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &os_error);
  curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &request_bytes);
  curl_easy_getinfo(handle, CURLINFO_HEADER_SIZE, &header_bytes);
  // libcurl sends a body below 64 KiB in one piece with the head, and then counts it in both (a test watches it).
  facts->sent_bytes = transfer->body_count < 65536 ? request_bytes : request_bytes + sent;
  facts->received_bytes = header_bytes + received;
  facts->status = (int32_t)status;
  facts->new_connections = (int32_t)connections;
  facts->os_error = (int32_t)os_error;
  facts->http_version = version == CURL_HTTP_VERSION_1_0 ? 10
    : version == CURL_HTTP_VERSION_1_1                   ? 11
    : version == CURL_HTTP_VERSION_2_0                   ? 20
    : version == CURL_HTTP_VERSION_3                     ? 30
                                                         : 0;
  facts->resolve_microseconds = clock_of(handle, CURLINFO_NAMELOOKUP_TIME_T);
  facts->connect_microseconds = clock_of(handle, CURLINFO_CONNECT_TIME_T);
  facts->tls_microseconds = clock_of(handle, CURLINFO_APPCONNECT_TIME_T);
  facts->total_microseconds = clock_of(handle, CURLINFO_TOTAL_TIME_T);
  if (clock_of(handle, CURLINFO_STARTTRANSFER_TIME_T) > 0 && status != 0) {
    facts->phase = WEIR_CURL_AT_BODY;
  } else if (clock_of(handle, CURLINFO_PRETRANSFER_TIME_T) > 0) {
    facts->phase = sent < transfer->body_count ? WEIR_CURL_AT_SEND : WEIR_CURL_AT_FIRST_BYTE;
  } else if (facts->connect_microseconds > 0 || transfer->has_begun_tls) {
    facts->phase = WEIR_CURL_AT_TLS;
  } else {
    facts->phase = facts->resolve_microseconds > 0 ? WEIR_CURL_AT_CONNECT : WEIR_CURL_AT_RESOLVE;
  }
}

const char *weir_curl_transfer_reason(weir_curl_transfer *transfer) {
  weir_curl_outcome outcome = outcome_of(transfer->code);
  // Only TLS texts are kept: they name certificates and hosts; other texts may quote what a peer sent.
  int speaks = outcome == WEIR_CURL_TLS || outcome == WEIR_CURL_UNTRUSTED;
  return speaks && transfer->error[0] != 0 ? transfer->error : curl_easy_strerror(transfer->code);
}

weir_curl_multi *weir_curl_multi_create(int64_t pooled_connections) {
  weir_curl_multi *multi = calloc(1, sizeof *multi);
  if (multi == NULL) return NULL;
  multi->handle = curl_multi_init();
  multi->share = curl_share_init();
  if (multi->handle == NULL || multi->share == NULL) {
    weir_curl_multi_destroy(multi);
    return NULL;
  }
  curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, (long)pooled_connections);
  curl_multi_setopt(multi->handle, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  curl_share_setopt(multi->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return multi;
}

void weir_curl_multi_destroy(weir_curl_multi *multi) {
  if (multi->handle != NULL) curl_multi_cleanup(multi->handle);
  if (multi->share != NULL) curl_share_cleanup(multi->share);
  free(multi);
}

weir_curl_outcome weir_curl_multi_add(weir_curl_multi *multi, weir_curl_transfer *transfer) {
  SET(CURLOPT_SHARE, multi->share);
  switch (curl_multi_add_handle(multi->handle, transfer->handle)) {
    case CURLM_OK: return WEIR_CURL_OK;
    case CURLM_OUT_OF_MEMORY: return WEIR_CURL_NO_MEMORY;
    default: return WEIR_CURL_OTHER;
  }
}

void weir_curl_multi_remove(weir_curl_multi *multi, weir_curl_transfer *transfer) {
  curl_multi_remove_handle(multi->handle, transfer->handle);
  // A share with users cannot be freed, and a handle kept for the next request would be one.
  curl_easy_setopt(transfer->handle, CURLOPT_SHARE, NULL);
}

int32_t weir_curl_multi_perform(weir_curl_multi *multi) {
  int running = 0;
  return (int32_t)curl_multi_perform(multi->handle, &running);
}

int32_t weir_curl_multi_wait(weir_curl_multi *multi, int32_t milliseconds) {
  return (int32_t)curl_multi_poll(multi->handle, NULL, 0, milliseconds, NULL);
}

void weir_curl_multi_wakeup(weir_curl_multi *multi) {
  curl_multi_wakeup(multi->handle);
}

int32_t weir_curl_multi_next_finished(weir_curl_multi *multi, uint64_t *tag, weir_curl_outcome *outcome) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi->handle, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message is only valid until the next call on the handle.
    CURLcode code = message->data.result;
    void *private = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    weir_curl_transfer *transfer = private;
    if (transfer == NULL) continue;
    transfer->code = code;
    *tag = transfer->tag;
    *outcome = outcome_of(code);
    return 1;
  }
  return 0;
}
