// Sends new and delete to mimalloc, where linking to it does not already do so.
#include <mimalloc-new-delete.h>
