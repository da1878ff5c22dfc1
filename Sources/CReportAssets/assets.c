#include "creportassets.h"

static const unsigned char style[] = {
#embed "assets/report.css"
};

static const unsigned char script[] = {
#embed "assets/report.js"
};

static const unsigned char page[] = {
#embed "assets/page.mustache"
};

static const unsigned char row[] = {
#embed "assets/row.mustache"
};

static const unsigned char image[] = {
#embed "assets/image.mustache"
};

static const unsigned char end[] = {
#embed "assets/end.mustache"
};

const unsigned char *rbqe_report_style(size_t *count) {
  *count = sizeof style;
  return style;
}

const unsigned char *rbqe_report_script(size_t *count) {
  *count = sizeof script;
  return script;
}

const unsigned char *rbqe_report_page(size_t *count) {
  *count = sizeof page;
  return page;
}

const unsigned char *rbqe_report_row(size_t *count) {
  *count = sizeof row;
  return row;
}

const unsigned char *rbqe_report_image(size_t *count) {
  *count = sizeof image;
  return image;
}

const unsigned char *rbqe_report_end(size_t *count) {
  *count = sizeof end;
  return end;
}
