// Debian builds FAISS for any x86-64, and its inner product is one multiplication at a time. This one takes its place at
// link time, in three versions of which the loader picks the best for the machine's processor.
#include <cstddef>

namespace {

// Eight floats, loaded from anywhere. GCC 12 lowers 64-byte vectors badly where only AVX2 is there.
typedef float Lanes __attribute__((vector_size(32), aligned(4), may_alias));

} // namespace

namespace faiss {

__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
float fvec_inner_product(const float* x, const float* y, size_t d) {
    // Four sums that do not wait for each other hide the latency of the multiply-add.
    Lanes sums[4] = {};
    size_t i = 0;
    for (; i + 32 <= d; i += 32) {
        for (size_t part = 0; part < 4; part++) {
            const size_t at = i + 8 * part;
            sums[part] += *reinterpret_cast<const Lanes*>(x + at) * *reinterpret_cast<const Lanes*>(y + at);
        }
    }
    for (; i + 8 <= d; i += 8) {
        sums[0] += *reinterpret_cast<const Lanes*>(x + i) * *reinterpret_cast<const Lanes*>(y + i);
    }
    const Lanes all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    float sum = ((all[0] + all[4]) + (all[2] + all[6])) + ((all[1] + all[5]) + (all[3] + all[7]));
    for (; i < d; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}

} // namespace faiss
