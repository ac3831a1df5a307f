system {
    host-name "r1"
}
interfaces {
    loopback lo {
        address "10.255.0.1/32"
    }
    ethernet eth0 {
        address "10.10.0.9/24"
        description "to 0"
        mtu "1450"
    }
    ethernet eth1 {
        address "10.9.0.9/16"
        description "to 1"
        mtu "1450"
    }
    ethernet eth2 {
        address "10.204.0.9/24"
        description "to 2"
        mtu "1450"
    }
}
policy {
    prefix-list hinge-own {
        rule 1 {
            action "permit"
            prefix "10.9.0.0/16"
            le "32"
        }
        rule 2 {
            action "permit"
            prefix "10.10.0.0/24"
            le "32"
        }
        rule 3 {
            action "permit"
            prefix "10.204.0.0/24"
            le "32"
        }
    }
    prefix-list hinge-via-10-9-0-3 {
        rule 1 {
            action "permit"
            prefix "10.9.128.0/17"
        }
        rule 2 {
            action "permit"
            prefix "10.204.128.0/17"
        }
    }
    prefix-list hinge-via-10-10-0-2 {
        rule 1 {
            action "permit"
            prefix "10.205.0.0/24"
        }
    }
    prefix-list hinge-from-10-9-0-3-1 {
        rule 1 {
            action "permit"
            prefix "10.0.0.0/8"
            le "24"
        }
        rule 2 {
            action "permit"
            prefix "192.0.2.0/24"
        }
        rule 3 {
            action "permit"
            prefix "198.51.100.0/22"
            ge "23"
            le "24"
        }
    }
    prefix-list hinge-to-10-9-0-3-1 {
        rule 1 {
            action "permit"
            prefix "0.0.0.0/0"
            ge "8"
        }
    }
    as-path-list hinge-from-10-9-0-3-2 {
        rule 1 {
            action "permit"
            regex "^(2|3)_"
        }
    }
    as-path-list hinge-to-10-9-0-3-1 {
        rule 1 {
            action "permit"
            regex "_2_|^$"
        }
    }
    community-list hinge-from-10-9-0-3-1-removed {
        rule 1 {
            action "permit"
            regex "_2:1_"
        }
        rule 2 {
            action "permit"
            regex "_no-export_"
        }
    }
    community-list hinge-from-10-9-0-3-3 {
        rule 1 {
            action "permit"
            regex "_65000:1_"
        }
        rule 2 {
            action "permit"
            regex "_no-advertise_"
        }
    }
    community-list hinge-to-10-9-0-3-1 {
        rule 1 {
            action "permit"
            regex "_graceful-shutdown_"
        }
        rule 2 {
            action "permit"
            regex "_blackhole_"
        }
        rule 3 {
            action "permit"
            regex "_local-AS_"
        }
        rule 4 {
            action "permit"
            regex "_no-peer_"
        }
    }
    route-map hinge-from-10-9-0-3 {
        rule 1 {
            action "permit"
            match {
                ip {
                    address {
                        prefix-list "hinge-from-10-9-0-3-1"
                    }
                }
            }
            on-match {
                goto "5"
            }
            set {
                comm-list {
                    comm-list "hinge-from-10-9-0-3-1-removed"
                    delete
                }
                community "2:9 additive"
                local-preference "300"
                metric "5"
            }
        }
        rule 2 {
            action "permit"
            match {
                as-path "hinge-from-10-9-0-3-2"
            }
            on-match {
                goto "5"
            }
            set {
                community "2:1 65000:7 no-export"
            }
        }
        rule 3 {
            action "deny"
            match {
                community {
                    community-list "hinge-from-10-9-0-3-3"
                }
            }
        }
        rule 4 {
            action "permit"
            on-match {
                next
            }
            set {
                as-path-prepend "64512 64513"
            }
        }
        rule 5 {
            action "permit"
            match {
                ip {
                    address {
                        prefix-list "hinge-via-10-9-0-3"
                    }
                }
            }
            set {
                local-preference "301"
            }
        }
        rule 6 {
            action "permit"
        }
    }
    route-map hinge-to-10-9-0-3 {
        rule 1 {
            action "permit"
            match {
                as-path "hinge-to-10-9-0-3-1"
                community {
                    community-list "hinge-to-10-9-0-3-1"
                }
                ip {
                    address {
                        prefix-list "hinge-to-10-9-0-3-1"
                    }
                }
            }
            set {
                as-path-prepend "4200000000 4200000000"
            }
        }
        rule 2 {
            action "deny"
        }
        rule 3 {
            action "permit"
        }
    }
    route-map hinge-from-10-10-0-2 {
        rule 1 {
            action "permit"
            match {
                ip {
                    address {
                        prefix-list "hinge-via-10-10-0-2"
                    }
                }
            }
            set {
                local-preference "301"
            }
        }
        rule 2 {
            action "permit"
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
    bgp 4200000000 {
        parameters {
            router-id "10.255.0.1"
            bestpath {
                compare-routerid
            }
            graceful-restart {
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
                aggregate-address 10.0.0.0/8 {
                }
                aggregate-address 10.204.0.0/14 {
                    summary-only
                }
                network 0.0.0.0/0 {
                }
                network 10.9.0.0/16 {
                }
                network 10.10.0.0/24 {
                }
                network 10.204.0.0/24 {
                }
                network 10.255.0.1/32 {
                }
                network 192.0.2.0/24 {
                }
                network 192.0.2.0/25 {
                }
                network 203.0.113.0/24 {
                }
            }
        }
        neighbor 10.9.0.3 {
            remote-as "2"
            description "r2"
            advertisement-interval "0"
            bfd {
            }
            password "{secret:core:42}"
            timers {
                connect "5"
                keepalive "10"
                holdtime "30"
            }
            address-family {
                ipv4-unicast {
                    default-originate {
                    }
                    route-map {
                        import "hinge-from-10-9-0-3"
                        export "hinge-to-10-9-0-3"
                    }
                }
            }
        }
        neighbor 10.10.0.2 {
            remote-as "4294967294"
            description "r3"
            advertisement-interval "0"
            timers {
                connect "1"
            }
            address-family {
                ipv4-unicast {
                    maximum-prefix "5"
                    route-map {
                        import "hinge-from-10-10-0-2"
                    }
                }
            }
        }
        route-map "hinge-kernel"
    }
    static {
        route 0.0.0.0/0 {
            blackhole {
                distance "254"
            }
        }
        route 192.0.2.0/24 {
            blackhole {
                distance "254"
            }
        }
        route 192.0.2.0/25 {
            blackhole {
                distance "254"
            }
        }
        route 203.0.113.0/24 {
            blackhole {
                distance "254"
            }
        }
    }
}

// Warning: Do not remove the following line.
// vyos-config-version: "broadcast-relay@1:cluster@1:config-management@1:conntrack@3:conntrack-sync@2:dhcp-relay@2:dhcp-server@6:dhcpv6-server@1:dns-forwarding@3:firewall@5:https@2:interfaces@22:ipoe-server@1:ipsec@5:isis@1:l2tp@3:lldp@1:mdns@1:nat@5:ntp@1:pppoe-server@5:pptp@2:qos@1:quagga@8:rpki@1:salt@1:snmp@2:ssh@2:sstp@3:system@21:vrrp@2:vyos-accel-ppp@2:wanloadbalance@3:webproxy@2:zone-policy@1"
// Release version: 1.3.1
