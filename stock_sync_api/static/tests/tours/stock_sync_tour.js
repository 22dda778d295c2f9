/** @odoo-module **/
import {registry} from "@web/core/registry";

const lastSyncDate = ".o_field_widget[name=last_sync_date]";

// The page and the button have the same words in every language.
registry.category("web_tour.tours").add("stock_sync_button", {
    steps: () => [
        {
            content: "open the page of the product",
            trigger: ".o_notebook .nav-link:contains(API Synchronisation)",
            run: "click",
        },
        {
            content: "it has never been synchronised",
            trigger: "button[name=action_stock_sync]",
            run() {
                if (document.querySelector(lastSyncDate).textContent.trim()) {
                    throw new Error("the date of the last synchronisation is not empty");
                }
            },
        },
        {
            content: "press the button",
            trigger: "button[name=action_stock_sync]:contains(Lancer la synchronisation)",
            run: "click",
        },
        {
            content: "the answer names the location and both quantities",
            trigger: ".o_notification:contains(SYT/Stock: 3 → 50)",
        },
        {
            content: "the date is there without a reload by hand",
            trigger: `${lastSyncDate}:contains(/\\d/)`,
        },
        {
            content: "the quantity on hand is that of the API",
            trigger:
                "button[name=action_open_quants]:contains(50), button[name=action_product_tmpl_forecast_report]:contains(50)",
        },
    ],
});
