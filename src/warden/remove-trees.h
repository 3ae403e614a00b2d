#ifndef REMOVE_TREES_H
#define REMOVE_TREES_H

/* Removes what lies at these paths, which end with NULL, with all below; what is not there is no error. Ends with an errno. */
_Noreturn void remove_trees(char *const *paths);

#endif
