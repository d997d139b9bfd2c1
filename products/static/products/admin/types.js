// Attributes of the product's type: long lists of options are looked through by typing, and a form whose type is
// changed is redrawn for it. Without scripts saving does that, and the lists are the browser's own.
"use strict";
{
    const DECIDES = "#product_form #id_product_type, #variant_form #id_product";

    const beautify = (part) => {
        for (const box of part.querySelectorAll("select.catalog-choices")) {
            if (!box.name.includes("__prefix__")) {
                django.jQuery(box).select2({width: "style"});
            }
        }
    };

    const redraw = (box) => {
        const flag = document.createElement("input");
        flag.type = "hidden";
        flag.name = "_redraw";
        flag.value = "1";
        box.form.append(flag);
        box.form.action = `${box.form.action.split("#")[0]}#${box.id}`;
        box.form.submit();
    };

    document.addEventListener("DOMContentLoaded", () => {
        beautify(document);
        for (const box of document.querySelectorAll(DECIDES)) {
            const shown = box.value; // the admin announces a change as it starts, where there is none
            // Select2 tells jQuery alone
            django.jQuery(box).on("change", () => {
                if (box.value !== shown) {
                    redraw(box);
                }
            });
        }
    });
    document.addEventListener("formset:added", (event) => beautify(event.target));
}
