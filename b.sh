g++ -std=c++20 -O3 -DNDEBUG -I/work/main/gc/include -I/work/main/weakref/include -I/work/main/alloc/include -DTRICYCLE_USE_MIMALLOC $1.cc -o $1 $(ls /work/main/build/bench/libtricycle.a) -lmimalloc
