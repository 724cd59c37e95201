// C ABI over FAISS for Vigil.Recall. Every entry point answers 0 or a negative code and keeps the error's text for the
// calling thread until its next failure: no C++ exception may cross the border, where it would end the process.
#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/utils/distances.h>

#include <malloc.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#define VIGIL_API extern "C" __attribute__((visibility("default")))

extern "C" void openblas_set_num_threads(int);

namespace {

// Grows when a signature below changes; the managed side refuses a library of another number (a stale build).
constexpr int32_t kAbi = 1;

enum Code : int32_t { kOk = 0, kUnknown = -1, kFaiss = -2, kStandard = -3, kMemory = -4 };

thread_local std::string last_error;

template <class Body>
int32_t guarded(Body&& body) noexcept {
    try {
        body();
        return kOk;
    } catch (const faiss::FaissException& fault) {
        last_error = fault.msg;
        return kFaiss;
    } catch (const std::bad_alloc&) {
        last_error = "out of native memory";
        return kMemory;
    } catch (const std::exception& fault) {
        last_error = fault.what();
        return kStandard;
    } catch (...) {
        last_error = "unknown native exception";
        return kUnknown;
    }
}

// OpenMP keeps its thread number per calling thread, so it is set in every call and put back.
class SingleThread {
public:
    SingleThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~SingleThread() { omp_set_num_threads(before_); }
    SingleThread(const SingleThread&) = delete;
    SingleThread& operator=(const SingleThread&) = delete;

private:
    int before_;
};

} // namespace

VIGIL_API int32_t vigil_faiss_abi() { return kAbi; }

VIGIL_API const char* vigil_faiss_last_error() { return last_error.c_str(); }

VIGIL_API int32_t vigil_faiss_version() {
    return FAISS_VERSION_MAJOR * 10000 + FAISS_VERSION_MINOR * 100 + FAISS_VERSION_PATCH;
}

// Once per process: BLAS on one thread, and from how many queries on a search is a matrix product.
VIGIL_API int32_t vigil_faiss_configure(int32_t blas_threshold) {
    return guarded([&] {
        openblas_set_num_threads(1);
        faiss::distance_compute_blas_threshold = blas_threshold;
    });
}

// An exact inner-product index over count rows of zeros. *rows points at them: the caller fills them in place before
// the first search, which spares a second copy of the bank while it is built.
VIGIL_API int32_t vigil_faiss_create(int32_t dimension, int64_t count, faiss::IndexFlatIP** index, float** rows) {
    return guarded([&] {
        if (dimension <= 0 || count < 0) {
            throw std::invalid_argument("an index needs a positive dimension and no negative count");
        }
        auto created = std::make_unique<faiss::IndexFlatIP>(dimension);
        created->codes.resize(static_cast<size_t>(count) * created->code_size);
        created->ntotal = count;
        *rows = reinterpret_cast<float*>(created->codes.data());
        *index = created.release();
    });
}

VIGIL_API int32_t vigil_faiss_free(faiss::IndexFlatIP* index) {
    return guarded([&] { delete index; });
}

// The k best rows of each of count queries, best first; a place without a row has label -1.
VIGIL_API int32_t vigil_faiss_search(const faiss::IndexFlatIP* index, int64_t count, const float* queries, int64_t k,
                                     float* similarities, int64_t* labels) {
    return guarded([&] {
        if (index->ntotal == 0) {
            // FAISS 1.7.3 leaves the results unwritten here when the batch would take its BLAS path.
            std::fill(labels, labels + count * k, int64_t{-1});
            return;
        }
        SingleThread scope;
        index->search(count, queries, k, similarities, labels);
    });
}

// Gives memory of freed indexes back to the system; without it glibc keeps it for good.
VIGIL_API void vigil_faiss_trim() { malloc_trim(0); }
