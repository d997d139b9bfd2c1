// The table of prices: rows are added and removed here. Without scripts its one empty row does.
"use strict";
{
    const isEmpty = (row) => [...row.querySelectorAll("input")].slice(1).every((input) => !input.value);

    const clear = (row) => {
        for (const input of row.querySelectorAll("input")) {
            input.value = "";
        }
    };

    const prepare = (table) => {
        for (const button of table.querySelectorAll("button")) {
            button.hidden = false;
        }
        const rows = table.tBodies[0].rows;
        const last = rows[rows.length - 1];
        if (rows.length > 1 && isEmpty(last)) {
            last.remove();
        }
    };

    const add = (table) => {
        const rows = table.tBodies[0].rows;
        const row = rows[rows.length - 1].cloneNode(true);
        clear(row);
        table.tBodies[0].append(row);
        row.querySelector("input").focus();
    };

    const remove = (row) => {
        if (row.parentElement.rows.length === 1) {
            clear(row);
        } else {
            row.remove();
        }
    };

    document.addEventListener("click", (event) => {
        const table = event.target.closest(".catalog-prices");
        if (table && event.target.matches(".catalog-add-price")) {
            add(table);
        } else if (table && event.target.matches(".catalog-remove-price")) {
            remove(event.target.closest("tr"));
        }
    });
    document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".catalog-prices").forEach(prepare));
}
