import {Component, onMounted, onWillUnmount, status, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const SECONDS = 3;

/** Reads the record again every few seconds, as long as the view shows this. */
export class SyncRefresh extends Component {
    static template = xml`<i class="fa fa-refresh fa-spin ms-1" aria-hidden="true"/>`;
    static props = {...standardWidgetProps};

    setup() {
        onMounted(() => this.wait());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    wait() {
        this.timer = setTimeout(() => this.refresh(), SECONDS * 1000);
    }

    async refresh() {
        const {record} = this.props;
        // Neither what is being typed is lost, nor a page that nobody sees kept busy.
        if (!document.hidden && !(await record.isDirty())) {
            await record.load();
        }
        if (status(this) === "mounted") {
            this.wait();
        }
    }
}

registry.category("view_widgets").add("sync_refresh", {
    component: SyncRefresh,
});
