/** @odoo-module **/
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

// By names and not by words: the tours are walked in several languages.
const tours = registry.category("web_tour.tours");
const empty = ".o_view_nocontent";
const button = (name) => `button[name=${name}]:visible`;

tours.add("stock_sync_setup", {
    steps: () => [
        {
            content: "a backend that is not set up offers just that",
            trigger: `.o_kanban_record ${button("action_set_up")}`,
            run: "click",
        },
        {
            content: "the address is there: on to the test",
            trigger: `.o_sync_setup ${button("action_next_step")}`,
            run: "click",
        },
        {
            content: "say what to ask about",
            trigger: ".o_field_widget[name=sample_external_id] input",
            run: "edit 123",
        },
        {
            content: "ask",
            trigger: button("action_setup_test"),
            run: "click",
        },
        {
            content: "the answer is understood",
            trigger: ".o_field_widget[name=test_row_ids] td[name=quantity]:contains(50)",
        },
        {
            content: "on to the location",
            trigger: button("action_next_step"),
            run: "click",
        },
        {
            content: "it is chosen already",
            trigger: "div[name=step_location] .o_field_widget[name=location_id]",
        },
        {
            content: "on to the preview",
            trigger: button("action_next_step"),
            run: "click",
        },
        {
            content: "preview",
            trigger: button("action_setup_preview"),
            run: "click",
        },
        {
            content: "it has an outcome",
            trigger: ".o_field_widget[name=preview_message]:contains(/\\d/)",
        },
        {
            content: "switch on",
            trigger: `${button("action_switch_on")}.btn-primary`,
            run: "click",
        },
        {
            content: "what now happens is said, and the dashboard is back",
            trigger: ".o_notification:contains(Tour API)",
        },
        {
            trigger: `.o_kanban_record ${button("action_sync")}`,
        },
    ],
});

tours.add("stock_sync_dashboard", {
    steps: () => [
        {
            content: "pause",
            trigger: `.o_kanban_record ${button("action_pause")}`,
            run: "click",
        },
        {
            content: "resume",
            trigger: `.o_kanban_record ${button("action_resume")}`,
            run: "click",
        },
        {
            content: "synchronise",
            trigger: `.o_kanban_record ${button("action_sync")}`,
            run: "click",
        },
        {
            content: "yes, really",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "the answer names both quantities",
            trigger: ".o_notification:contains(3 → 50)",
        },
        {
            content: "the graph has something to show",
            trigger: ".o_kanban_record .o_dashboard_graph canvas",
        },
    ],
});

tours.add("stock_sync_held", {
    steps: () => [
        {
            content: "approve the line",
            trigger: `.o_data_row ${button("action_approve")}`,
            run: "click",
        },
        {
            content: "the list is empty and says what that means",
            trigger: empty,
        },
    ],
});

tours.add("stock_sync_problem", {
    steps: () => [
        {
            content: "try again",
            trigger: `.o_data_row ${button("action_sync")}`,
            run: "click",
        },
        {
            content: "the list is empty and says what that means",
            trigger: empty,
        },
    ],
});

tours.add("stock_sync_unmatched", {
    steps: () => [
        {
            content: "link to the product that is suggested",
            trigger: `.o_data_row ${button("action_link")}`,
            run: "click",
        },
        {
            content: "the list is empty and says what that means",
            trigger: empty,
        },
    ],
});

tours.add("stock_sync_run", {
    steps: () => [
        {
            content: "open the run",
            trigger: ".o_data_row td[name=display_name]",
            run: "click",
        },
        {
            content: "what became of the products is said in words too",
            trigger: ".o_field_widget[name=outcomes] li:contains(1)",
        },
        {
            content: "the moves that it made",
            trigger: ".o-form-buttonbox button[name=action_view_moves]",
            run: "click",
        },
        {
            content: "of the product",
            // Not the lines of the run, which name it too.
            trigger: ".o_list_view .o_data_row:contains(Tour Product)",
        },
        {
            content: "back to all runs",
            trigger: ".breadcrumb-item:not(.o_back_button) a",
            run: "click",
        },
        {
            content: "by day and backend",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            trigger: ".o_pivot table",
        },
        {
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            trigger: ".o_graph_view canvas",
        },
    ],
});

tours.add("stock_sync_product_history", {
    steps: () => [
        {
            content: "a button too many for the page's width is below “More”",
            trigger: ".o-form-buttonbox",
            run() {
                if (!document.querySelector("button[name=action_view_sync_changes]")) {
                    document.querySelector(".o_button_more").click();
                }
            },
        },
        {
            content: "what changed",
            trigger: "button[name=action_view_sync_changes]",
            run: "click",
        },
        {
            content: "as a graph",
            trigger: ".o_graph_view canvas",
        },
        {
            content: "and in words",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: ".o_data_row td[name=quantity_after]:contains(50)",
        },
    ],
});

tours.add("stock_sync_background_preview", {
    steps: () => [
        {
            content: "go on with the set-up",
            trigger: `.o_kanban_record ${button("action_set_up")}`,
            run: "click",
        },
        {
            content: "preview",
            trigger: `.o_sync_setup ${button("action_setup_preview")}`,
            run: "click",
        },
        {
            content: "it goes on without us, and says how far it is",
            trigger: ".o_field_widget[name=preview_progress]:contains(/\\d/)",
        },
        {
            content: "meanwhile nothing can be started twice",
            trigger: `.o_sync_setup:not(:has(${button("action_setup_preview")}))`,
            // What the scheduled action would do about now.
            run: async () => {
                const call = (method, args) =>
                    rpc(`/web/dataset/call_kw/sync.flow/${method}`, {
                        model: "sync.flow",
                        method,
                        args,
                        kwargs: {},
                    });
                const ids = await call("search", [[["setup_step", "=", "preview"]]]);
                await call("action_run_schedule", [ids]);
            },
        },
        {
            content: "the page shows the outcome by itself",
            trigger: ".o_field_widget[name=preview_outcomes] li:contains(1)",
        },
        {
            content: "which leads on",
            trigger: `${button("action_switch_on")}.btn-primary`,
        },
        {
            content: "look at it",
            trigger: button("action_view_preview"),
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=line_ids] td[name=quantity_after]:contains(50)",
        },
    ],
});

tours.add("stock_sync_settings", {
    steps: () => [
        {
            content: "the APIs are named",
            trigger: "#stock_sync_backends .o_field_widget:contains(Tour API)",
        },
        {
            content: "run the schedule now",
            trigger: `#stock_sync_schedule ${button("action_stock_sync_run_schedule")}`,
            run: "click",
        },
        {
            content: "the answer says that it goes on without us",
            trigger: ".o_notification .o_notification_content:contains(/\\w/)",
        },
        {
            content: "the scheduled action itself",
            trigger: `#stock_sync_schedule ${button("action_stock_sync_open_schedule")}`,
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=nextcall]",
        },
        {
            content: "and back",
            trigger: ".breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            content: "on to the APIs",
            trigger: "#stock_sync_backends button",
            run: "click",
        },
        {
            trigger: `.o_kanban_record ${button("action_sync")}`,
        },
    ],
});
