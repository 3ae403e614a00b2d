#!/bin/sh
# Puts the dashboard's page into a folder: build.sh DIR, in the package's folder. Browsers get all of it from there.
set -eu

out=${1:?usage: build.sh DIR}
here=$(dirname "$0")/page

node_modules/.bin/tsc -p "$here"
cp "$here"/*.html "$here"/*.css "$here"/*.svg "$out/"
cp node_modules/uplot/dist/uPlot.esm.js "$out/uplot.js"
cp node_modules/uplot/dist/uPlot.min.css "$out/uplot.css"
cp node_modules/uplot/LICENSE "$out/uplot.LICENSE"
