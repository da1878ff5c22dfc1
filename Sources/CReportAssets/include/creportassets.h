#ifndef CREPORTASSETS_H
#define CREPORTASSETS_H

#include <stddef.h>

// What the HTML report is made of, as UTF-8 text: style, script, and templates of the page's beginning, of a row of its
// table, of an image and of its end. Each function returns storage that lives as long as the program and writes its
// size to `count`.

const unsigned char *rbqe_report_style(size_t *count);
const unsigned char *rbqe_report_script(size_t *count);
const unsigned char *rbqe_report_page(size_t *count);
const unsigned char *rbqe_report_row(size_t *count);
const unsigned char *rbqe_report_image(size_t *count);
const unsigned char *rbqe_report_end(size_t *count);

#endif
