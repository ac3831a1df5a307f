system {
    host-name "kobe"
    ip {
        protocol bgp {
            route-map "hinge-kernel"
        }
    }
    sysctl {
        parameter net.ipv4.conf.all.ignore_routes_with_linkdown {
            value "1"
        }
        parameter net.ipv4.conf.all.rp_filter {
            value "0"
        }
        parameter net.ipv4.conf.all.send_redirects {
            value "0"
        }
        parameter net.ipv4.conf.default.ignore_routes_with_linkdown {
            value "1"
        }
        parameter net.ipv4.conf.default.rp_filter {
            value "0"
        }
        parameter net.ipv4.conf.default.send_redirects {
            value "0"
        }
        parameter net.ipv4.icmp_errors_use_inbound_ifaddr {
            value "1"
        }
        parameter net.ipv4.icmp_ratelimit {
            value "0"
        }
        parameter net.ipv4.ip_forward {
            value "1"
        }
        parameter net.ipv6.conf.all.disable_ipv6 {
            value "0"
        }
        parameter net.ipv6.conf.all.forwarding {
            value "1"
        }
        parameter net.ipv6.conf.default.disable_ipv6 {
            value "0"
        }
        parameter net.ipv6.conf.default.forwarding {
            value "1"
        }
    }
}
interfaces {
    loopback lo {
        address "10.255.0.3/32"
    }
    ethernet eth0 {
        address "10.200.0.35/27"
        description "to sendai"
        mtu "1450"
    }
    ethernet eth1 {
        address "10.204.1.2/24"
        description "hosts of platforms"
        mtu "1450"
    }
}
policy {
    prefix-list hinge-own {
        rule 1 {
            action "permit"
            prefix "10.200.0.32/27"
            le "32"
        }
        rule 2 {
            action "permit"
            prefix "10.204.1.0/24"
            le "32"
        }
    }
    route-map hinge-kernel {
        rule 1 {
            action "deny"
            match {
                ip {
                    address {
                        prefix-list "hinge-own"
                    }
                }
            }
        }
        rule 2 {
            action "permit"
        }
    }
}
protocols {
    bfd {
        profile hinge {
            interval {
                multiplier "4"
                receive "500"
                transmit "500"
            }
        }
    }
    bgp {
        system-as "4200000002"
        parameters {
            router-id "10.255.0.3"
            bestpath {
                compare-routerid
            }
            log-neighbor-changes
            network-import-check
        }
        timers {
            keepalive "3"
            holdtime "9"
        }
        address-family {
            ipv4-unicast {
                network 10.200.0.32/27 {
                }
                network 10.204.1.0/24 {
                }
                network 10.255.0.3/32 {
                }
            }
        }
        neighbor 10.200.0.34 {
            remote-as "4200000001"
            description "sendai"
            advertisement-interval "0"
            bfd {
                profile "hinge"
            }
            timers {
                connect "1"
            }
            address-family {
                ipv4-unicast {
                }
            }
        }
    }
}

// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:broadcast-relay@1:cluster@2:config-management@1:conntrack@5:conntrack-sync@2:container@2:dhcp-relay@2:dhcp-server@11:dhcpv6-server@6:dns-dynamic@4:dns-forwarding@4:firewall@17:flow-accounting@1:https@7:ids@1:interfaces@33:ipoe-server@4:ipsec@13:isis@3:l2tp@9:lldp@2:mdns@1:monitoring@1:nat@8:nat66@3:ntp@3:openconnect@3:openvpn@4:ospf@2:pim@1:policy@8:pppoe-server@11:pptp@5:qos@2:quagga@11:reverse-proxy@2:rip@1:rpki@2:salt@1:snmp@3:ssh@2:sstp@6:system@27:vrf@3:vrrp@4:vyos-accel-ppp@2:wanloadbalance@3:webproxy@2"
// Release version: 1.5-rolling-202410210006
