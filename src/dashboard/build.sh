#!/bin/sh
# Makes the dashboard's page, in the package's folder: what browsers get, and what tests run in one. All of it comes from there.
set -eu

here=src/dashboard/page
out=dist/$here

node_modules/.bin/tsc -p $here
# Of files that tests import too.
rm -f $out/*.map
cp $here/*.html $here/*.css $here/*.svg $out/
cp node_modules/uplot/dist/uPlot.esm.js $out/uplot.js
cp node_modules/uplot/dist/uPlot.min.css $out/uplot.css
cp node_modules/uplot/LICENSE $out/uplot.LICENSE
