#include "openblas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static rbqe_openblas library;
static _Atomic(const rbqe_openblas *) loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  static const char *const names[] = {
#ifdef __APPLE__
      "libopenblas.dylib",
      "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
      "/usr/local/opt/openblas/lib/libopenblas.dylib",
#else
      "libopenblas.so.0",
      "libopenblas.so",
#endif
  };
  void *handle = NULL;
  for (size_t i = 0; !handle && i < sizeof names / sizeof names[0]; i++) handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
  void (*set_threads)(int);
  *(void **)&set_threads = dlsym(handle, "openblas_set_num_threads");
  *(void **)&library.multiply = dlsym(handle, "cblas_sgemm");
  *(void **)&library.version = dlsym(handle, "openblas_get_config");
  if (!set_threads || !library.multiply || !library.version) return;
  set_threads(1);
  atomic_store(&loaded, &library);
}

const rbqe_openblas *rbqe_openblas_load(void) {
  pthread_once(&once, load);
  return atomic_load(&loaded);
}

const rbqe_openblas *rbqe_openblas_loaded(void) { return atomic_load(&loaded); }
