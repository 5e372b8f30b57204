// Opens the runs of a cell that a link leads to.
"use strict";

(() => {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches("details.provenance")) target.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
